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
			c.expect(err, "LookUpCode", code.Status == providers.StatusAvailable && code.Text.Reveal() == c.h.Code)
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
			c.expect(err, "GetIntent", read.ID == created.ID && !read.Raw.IsZero() && read.Price.Amount.Equal(c.h.Intent.Price.Amount))
			cancelled, err := api.CancelIntent(ctx, created.ID)
			c.expect(err, "CancelIntent", cancelled.Status == providers.StatusCancelled)
			second, err := api.CreateIntent(ctx, *c.h.Intent)
			c.expect(err, "CreateIntent", second.ID != created.ID)
			executed, err := api.ExecuteIntent(ctx, second.ID)
			c.expect(err, "ExecuteIntent", executed.ID == second.ID)
		}
		if api, ok := claimed[providers.Valuations](c, p, "Valuations", c.h.Device != nil); ok {
			v, err := api.ValueDevice(ctx, *c.h.Device)
			c.expect(err, "ValueDevice", v.ID != "" && v.Price.Currency != "" && !v.Raw.IsZero())
		}
		if api, ok := claimed[providers.Orders](c, p, "Orders", c.h.OrderID != ""); ok {
			o, err := api.GetOrder(ctx, c.h.OrderID)
			c.expect(err, "GetOrder", o.ID == c.h.OrderID && known(o.Status, o.VendorStatus) && !o.Raw.IsZero())
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
	c.expect(err, "StartAuthorization", a.UserCode != "" && a.VerificationURL != "" && !a.DeviceCode.IsZero())
	if err != nil {
		return
	}
	c.h.Confirm(a.UserCode)
	obtained, err := api.AwaitAuthorization(ctx, a)
	c.expect(err, "AwaitAuthorization", obtained != nil)
	if err != nil {
		return
	}
	if kept, ok := providers.As[providers.Authorized](obtained); !ok || kept.Credentials().APIKey.IsZero() {
		c.failf("the provider obtained must have Authorized, with the key")
	}
	if err := obtained.Close(); err != nil {
		c.failf("Close of the provider obtained: %v", err)
	}
}

// call is one call of an adapter.
type call struct {
	name    string
	changes bool // something at the platform
	do      func(context.Context, providers.Provider) error
}

// calls are all that the harness knows to make, apart from waiting for a device
// authorization, which answers of others must not end.
func (h Harness) calls(intentID string) []call {
	calls := []call{
		{"Health", false, of(func(ctx context.Context, api providers.Health) error { return api.Health(ctx) })},
		{"Read", false, h.Read},
	}
	add := func(has bool, name string, changes bool, do func(context.Context, providers.Provider) error) {
		if has {
			calls = append(calls, call{name, changes, do})
		}
	}
	add(h.Missing != nil, "Missing", false, h.Missing)
	add(h.Write != nil, "Write", true, h.Write)
	add(h.Code != "", "LookUpCode", false, of(func(ctx context.Context, api providers.Codes) error {
		return failed(api.LookUpCode(ctx, h.Code))
	}))
	add(h.Code != "", "RedeemCode", true, of(func(ctx context.Context, api providers.Codes) error {
		return failed(api.RedeemCode(ctx, h.Code, "providertest"))
	}))
	add(h.Intent != nil, "CreateIntent", true, of(func(ctx context.Context, api providers.Intents) error {
		return failed(api.CreateIntent(ctx, *h.Intent))
	}))
	add(h.Intent != nil, "GetIntent", false, of(func(ctx context.Context, api providers.Intents) error {
		return failed(api.GetIntent(ctx, intentID))
	}))
	add(h.Intent != nil, "ExecuteIntent", true, of(func(ctx context.Context, api providers.Intents) error {
		return failed(api.ExecuteIntent(ctx, intentID))
	}))
	add(h.Intent != nil, "CancelIntent", true, of(func(ctx context.Context, api providers.Intents) error {
		return failed(api.CancelIntent(ctx, intentID))
	}))
	add(h.Device != nil, "ValueDevice", false, of(func(ctx context.Context, api providers.Valuations) error {
		return failed(api.ValueDevice(ctx, *h.Device))
	}))
	add(h.OrderID != "", "GetOrder", false, of(func(ctx context.Context, api providers.Orders) error {
		return failed(api.GetOrder(ctx, h.OrderID))
	}))
	add(h.Query != "", "SearchCapabilities", false, of(func(ctx context.Context, api providers.CapabilitySearch) error {
		return failed(api.SearchCapabilities(ctx, h.Query, 3))
	}))
	add(h.Confirm != nil, "StartAuthorization", false, of(func(ctx context.Context, api providers.DeviceAuthorization) error {
		return failed(api.StartAuthorization(ctx))
	}))
	return calls
}

var errLacks = errors.New("the provider does not support")

// of makes a call of a capability.
func of[C any](use func(context.Context, C) error) func(context.Context, providers.Provider) error {
	return func(ctx context.Context, p providers.Provider) error {
		api, ok := providers.As[C](p)
		if !ok {
			return errLacks // another rule's affair
		}
		return use(ctx, api)
	}
}

func failed[T any](_ T, err error) error { return err }

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
