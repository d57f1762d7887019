package leaks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pentagate/pentagate/internal/leaks"
	"github.com/pentagate/pentagate/transport"
)

// Client is like those of the platforms.
type Client struct{ Orders Orders }

// Orders is a part of it.
type Orders struct{}

// Get takes a request and returns a result.
func (Orders) Get(context.Context, Request) (*Order, error) { return nil, nil }

// Request holds a plain string and prints nothing.
type Request struct{ Phone string }

// GoString prints nothing.
func (Request) GoString() string { return "request" }

// String prints nothing.
func (Request) String() string { return "request" }

// MarshalText prints nothing.
func (Request) MarshalText() ([]byte, error) { return []byte("request"), nil }

// Order is masked, but for its lines.
type Order struct {
	ID    string
	Name  transport.Personal
	Raw   transport.Raw
	Lines []*Line
}

// Line shows what it is not to show.
type Line struct {
	Text string
	kept []byte
}

// Kept returns what only fmt shows.
func (l *Line) Kept() []byte { return l.kept }

func TestATypeThatIsFoundByItselfAndShowsItsText(t *testing.T) {
	types, found := leaks.In(map[string]string{"Order.ID": "an id", "Order.Gone": "was there once"}, Client{})
	assert.Equal(t, []string{"Client", "Line", "Order", "Orders", "Request"}, types)
	assert.Contains(t, found, "Order.Gone is no string")
	assert.Contains(t, found, "Line shows in leaks_test.Line by %v")
	assert.Contains(t, found, "Line shows in *leaks_test.Line by slog text")
	assert.Contains(t, found, "Line shows in leaks.closed by %+v")
	assert.Contains(t, found, "Order shows in []leaks_test.Order by json.Marshal")
	assert.NotContains(t, found, "Order shows in leaks_test.Order by %v", "a pointer prints as an address")
	for _, leak := range found {
		assert.NotContains(t, leak, "Request shows", "it prints nothing by itself")
	}
}

func TestTextOfAnUnexportedFieldIsFound(t *testing.T) {
	_, found := leaks.In(map[string]string{"Order.ID": "an id", "Line.Text": "a word"}, Client{})
	assert.Contains(t, found, "Line shows in leaks_test.Line by %s", "in an unexported field")
	for _, leak := range found {
		assert.Contains(t, leak, "Line shows")
	}
}
