package providertest

import (
	"context"
	"errors"

	"github.com/pentagate/pentagate/providers"
	"github.com/pentagate/pentagate/transport"
)

// capabilities uses everything that the provider claims to have once.
func capabilities(c *check) {
	c.open(func(p providers.Provider) {
		ctx := context.Background()
		if api, ok := claimed[providers.Codes](c, p, "Codes", c.h.Code != ""); ok {
			code, err := api.LookUpCode(ctx, c.h.Code)
			c.expect(err, "LookUpCode", code.Status == providers.StatusAvailable && code.Text == c.h.Code)
			code, err = api.RedeemCode(ctx, c.h.Code, "providertest")
			c.expect(err, "RedeemCode", code.Status == providers.StatusUsed)
			if _, err = api.RedeemCode(ctx, c.h.Code, "providertest"); !errors.Is(err, transport.ErrConflict) {
				c.failf("RedeemCode of a used code must be transport.ErrConflict, got %v", err)
			}
		}
		if api, ok := claimed[providers.Intents](c, p, "Intents", c.h.Intent != nil); ok {
			created, err := api.CreateIntent(ctx, *c.h.Intent)
			c.expect(err, "CreateIntent", created.ID != "" && known(created.Status, created.VendorStatus))
			read, err := api.GetIntent(ctx, created.ID)
			c.expect(err, "GetIntent", read.ID == created.ID && len(read.Raw) > 0 && read.Price.Amount.Equal(c.h.Intent.Price.Amount))
			cancelled, err := api.CancelIntent(ctx, created.ID)
			c.expect(err, "CancelIntent", cancelled.Status == providers.StatusCancelled)
			second, err := api.CreateIntent(ctx, *c.h.Intent)
			c.expect(err, "CreateIntent", second.ID != created.ID)
			executed, err := api.ExecuteIntent(ctx, second.ID)
			c.expect(err, "ExecuteIntent", executed.ID == second.ID)
		}
		if api, ok := claimed[providers.Valuations](c, p, "Valuations", c.h.Device != nil); ok {
			v, err := api.ValueDevice(ctx, *c.h.Device)
			c.expect(err, "ValueDevice", v.ID != "" && v.Price.Currency != "" && len(v.Raw) > 0)
		}
		if api, ok := claimed[providers.Orders](c, p, "Orders", c.h.OrderID != ""); ok {
			o, err := api.GetOrder(ctx, c.h.OrderID)
			c.expect(err, "GetOrder", o.ID == c.h.OrderID && known(o.Status, o.VendorStatus) && len(o.Raw) > 0)
		}
		if api, ok := claimed[providers.CapabilitySearch](c, p, "CapabilitySearch", c.h.Query != ""); ok {
			found, err := api.SearchCapabilities(ctx, c.h.Query, 3)
			c.expect(err, "SearchCapabilities", len(found) > 0 && len(found) <= 3 && found[0].ID != "")
		}
		if api, ok := claimed[providers.DeviceAuthorization](c, p, "DeviceAuthorization", c.h.Confirm != nil); ok {
			c.authorize(ctx, api)
		}
	})
}

func (c *check) authorize(ctx context.Context, api providers.DeviceAuthorization) {
	a, err := api.StartAuthorization(ctx)
	c.expect(err, "StartAuthorization", a.UserCode != "" && a.VerificationURL != "")
	if err != nil {
		return
	}
	c.h.Confirm(a.UserCode)
	obtained, err := api.AwaitAuthorization(ctx, a)
	c.expect(err, "AwaitAuthorization", obtained != nil)
	if err != nil {
		return
	}
	if err := obtained.Close(); err != nil {
		c.failf("Close of the provider obtained: %v", err)
	}
}

// claimed looks a capability up and checks that the harness has the sample
// for it.
func claimed[C any](c *check, p providers.Provider, name string, sample bool) (C, bool) {
	api, ok := providers.As[C](p)
	switch {
	case ok && !sample:
		c.failf("the provider has %s, but the harness lacks the sample for it", name)
	case !ok && sample:
		c.failf("the harness has a sample for %s, which the provider lacks", name)
	}
	return api, ok && sample
}

func (c *check) expect(err error, call string, good bool) {
	c.Helper()
	switch {
	case err != nil:
		c.failf("%s failed: %v", call, err)
	case !good:
		c.failf("%s returned something that is incomplete or wrong", call)
	}
}

// known reports a state that was named by the platform and normalized.
func known(s providers.Status, vendor string) bool {
	return s != "" && s != providers.StatusUnknown && vendor != ""
}
