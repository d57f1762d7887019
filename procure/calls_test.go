package procure_test

import (
	"context"
	"errors"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
)

// calls makes every call once, on the intent "a".
var calls = map[string]func(context.Context, *procure.Client, ...transport.CallOption) (any, error){
	"Health": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return c.Health(ctx, opts...)
	},
	"CreateIntent": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return c.CreateIntent(ctx, sample, opts...)
	},
	"ListIntents": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return c.ListIntents(ctx, procure.ListIntentsRequest{}, opts...)
	},
	"GetIntent": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return c.GetIntent(ctx, "a", opts...)
	},
	"UpdateIntent": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return c.UpdateIntent(ctx, procure.UpdateIntentRequest{ID: "a", Quantity: new(int64(2))}, opts...)
	},
	"CancelIntent": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return c.CancelIntent(ctx, "a", opts...)
	},
	"DeleteIntent": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return nil, c.DeleteIntent(ctx, "a", opts...)
	},
	"ExecuteIntent": func(ctx context.Context, c *procure.Client, opts ...transport.CallOption) (any, error) {
		return c.ExecuteIntent(ctx, "a", opts...)
	},
}

// reading are the calls that change nothing.
var reading = map[string]bool{"Health": true, "ListIntents": true, "GetIntent": true}

func isUnknown(err error) bool { return errors.Is(err, transport.ErrOutcomeUnknown) }
