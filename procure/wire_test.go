package procure_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

var update = flag.Bool("update", false, "write the requests of today to testdata/wire")

// wireClient records what it sends, with the documents' development
// credentials.
func wireClient(t *testing.T, at time.Time) (*procure.Client, *transporttest.Wire) {
	config := procure.DevelopmentCredentials
	config.Environment = procure.Test
	wire := transporttest.NewWire(noAnswer{})
	client, err := procure.New(config, transport.WithRoundTripper(wire), transport.WithClock(transporttest.NewClock(at)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client, wire
}

// TestRequestsOnTheWire compares each call's request, byte by byte, with a
// file, so that a change on the wire is seen in review.
func TestRequestsOnTheWire(t *testing.T) {
	const id = "intent_67890"
	for name, call := range map[string]func(context.Context, *procure.Client) error{
		"Health":       func(ctx context.Context, c *procure.Client) error { _, err := c.Health(ctx); return err },
		"CreateIntent": create,
		"CreateIntentSpecialCharacters": func(ctx context.Context, c *procure.Client) error {
			req := sample
			req.Remarks = new("a&b=c+d 100% <ok> \"q\" \\ / 换行\n😀é \u2028 \\u2028")
			_, err := c.CreateIntent(ctx, req)
			return err
		},
		"ListIntents": func(ctx context.Context, c *procure.Client) error {
			_, err := c.ListIntents(ctx, procure.ListIntentsRequest{
				Page: new(2), PageSize: new(50), Status: procure.StatusSubmitted, UserID: "张三 a+b&c=d%", Platform: procure.Taobao,
				StartDate: now, EndDate: now.Add(24*time.Hour - time.Second), SortBy: procure.SortByPrice, Order: procure.Ascending,
			})
			return err
		},
		"ListIntentsDefaults": func(ctx context.Context, c *procure.Client) error {
			_, err := c.ListIntents(ctx, procure.ListIntentsRequest{})
			return err
		},
		"GetIntent":          func(ctx context.Context, c *procure.Client) error { _, err := c.GetIntent(ctx, id); return err },
		"GetIntentEscapedID": func(ctx context.Context, c *procure.Client) error { _, err := c.GetIntent(ctx, "a/b 意"); return err },
		"UpdateIntent": func(ctx context.Context, c *procure.Client) error {
			_, err := c.UpdateIntent(ctx, procure.UpdateIntentRequest{ID: id, Quantity: new(int64(2)), Remarks: new("")})
			return err
		},
		"CancelIntent":  func(ctx context.Context, c *procure.Client) error { _, err := c.CancelIntent(ctx, id); return err },
		"DeleteIntent":  func(ctx context.Context, c *procure.Client) error { return c.DeleteIntent(ctx, id) },
		"ExecuteIntent": func(ctx context.Context, c *procure.Client) error { _, err := c.ExecuteIntent(ctx, id); return err },
	} {
		t.Run(name, func(t *testing.T) {
			client, wire := wireClient(t, now)
			_ = call(t.Context(), client) // there is no answer; the request is looked at
			require.NotEmpty(t, wire.Requests())
			file := filepath.Join("testdata", "wire", name+".http")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
				require.NoError(t, os.WriteFile(file, []byte(wire.Requests()[0]), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), wire.Requests()[0])
		})
	}
}

// TestRequestsAreThoseOfTheGoldenSignatures sends what the golden rows sign: the
// bytes and the signature on the wire are theirs.
func TestRequestsAreThoseOfTheGoldenSignatures(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "signing", "testdata", "procure.json"))
	require.NoError(t, err)
	var rows []struct {
		Name, Method, Path, Body string
		Timestamp                int64  `json:"timestamp,string"`
		Signature                string `json:"expected_signature"`
	}
	require.NoError(t, json.Unmarshal(text, &rows))
	const id = "intent_67890"
	checked := 0
	for name, call := range map[string]func(context.Context, *procure.Client) error{
		"create_seed_body_chinese": create,
		"list_no_query_empty_body": func(ctx context.Context, c *procure.Client) error {
			_, err := c.ListIntents(ctx, procure.ListIntentsRequest{})
			return err
		},
		"list_query_percent_encoded": func(ctx context.Context, c *procure.Client) error {
			_, err := c.ListIntents(ctx, procure.ListIntentsRequest{
				UserID: "张三 a+b&c=d%", StartDate: now, EndDate: time.Date(2026, 2, 28, 23, 59, 59, 0, time.UTC),
			})
			return err
		},
		"get_detail":            func(ctx context.Context, c *procure.Client) error { _, err := c.GetIntent(ctx, id); return err },
		"get_detail_escaped_id": func(ctx context.Context, c *procure.Client) error { _, err := c.GetIntent(ctx, "a/b 意"); return err },
		"put_quantity": func(ctx context.Context, c *procure.Client) error {
			_, err := c.UpdateIntent(ctx, procure.UpdateIntentRequest{ID: id, Quantity: new(int64(2))})
			return err
		},
		"put_empty_object": func(ctx context.Context, c *procure.Client) error {
			_, err := c.UpdateIntent(ctx, procure.UpdateIntentRequest{ID: id})
			return err
		},
		"put_special_characters": func(ctx context.Context, c *procure.Client) error {
			body := struct {
				Remarks string `json:"remarks"`
				Address string `json:"address"`
			}{"a&b=c+d 100% <ok> \"q\" \\ / 换行\n😀é", "上海市浦东新区陆家嘴环路1000号"}
			return c.Do(ctx, transport.Call{Operation: "UpdateIntent", Method: "PUT", Path: "/api/v1/intents/" + id, Body: body}, nil)
		},
		"cancel_empty_body":  func(ctx context.Context, c *procure.Client) error { _, err := c.CancelIntent(ctx, id); return err },
		"delete_empty_body":  func(ctx context.Context, c *procure.Client) error { return c.DeleteIntent(ctx, id) },
		"execute_empty_body": func(ctx context.Context, c *procure.Client) error { _, err := c.ExecuteIntent(ctx, id); return err },
	} {
		for _, row := range rows {
			if row.Name != name {
				continue
			}
			checked++
			t.Run(name, func(t *testing.T) {
				client, wire := wireClient(t, time.UnixMilli(row.Timestamp))
				_ = call(t.Context(), client)
				require.NotEmpty(t, wire.Requests())
				head, body, _ := strings.Cut(wire.Requests()[0], "\r\n\r\n")
				assert.Equal(t, row.Body, body)
				assert.True(t, strings.HasPrefix(head, row.Method+" "+row.Path+" HTTP/1.1\r\n"), head)
				assert.Contains(t, head, "\r\nX-Signature: "+row.Signature+"\r\n")
			})
		}
	}
	assert.Equal(t, 11, checked)
	assert.True(t, bytes.Contains(text, []byte("张三")))
}
