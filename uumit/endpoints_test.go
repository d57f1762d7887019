package uumit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
	"github.com/pentagate/pentagate/uumit"
)

// TestEveryDocumentedEndpointIsReachable sends a call to each path that the
// platform's documents name, streams aside. Uploads go with a Content-Type of
// their own in the call's header.
func TestEveryDocumentedEndpointIsReachable(t *testing.T) {
	h := start(t)
	data, err := os.ReadFile("testdata/endpoints.txt")
	require.NoError(t, err)
	endpoints := strings.Split(strings.TrimSpace(string(data)), "\n")
	require.Greater(t, len(endpoints), 200)
	client := h.newClient(t, h.Config(), transport.WithLimiter(transport.NoLimits))
	for _, endpoint := range endpoints {
		method, route, _ := strings.Cut(endpoint, " ")
		path := strings.NewReplacer("{", "x-", "}", "").Replace(route)
		call := transport.Call{Operation: "Reach", Method: method, Path: path, Route: route}
		if method != http.MethodGet {
			call.Safety = transport.Keyed
		}
		if method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
			call.Body = map[string]int{"n": 1}
		}
		h.faults.Reset()
		h.faults.Script(good(`{"reached":true}`))
		var out struct{ Reached bool }
		require.NoError(t, client.Do(t.Context(), call, &out), endpoint)
		assert.True(t, out.Reached, endpoint)
		sent := h.faults.Requests()
		require.Len(t, sent, 1)
		assert.Equal(t, method+" "+path, sent[0].Method+" "+sent[0].URI)
		assert.Equal(t, h.APIKey(), sent[0].Header.Get("X-Api-Key"))
		assert.Equal(t, method != http.MethodGet, sent[0].Header.Get("Idempotency-Key") != "", endpoint)
	}
}

// TestAnswersOutsideOfTheEnvelope are those of agent cards, JSON-RPC and the
// OpenAPI document, and of a deletion.
func TestAnswersOutsideOfTheEnvelope(t *testing.T) {
	h := start(t)
	do := func(method, path string, out any) error {
		return h.client.Do(t.Context(), transport.Call{Operation: "Raw", Method: method, Path: path}, out)
	}
	h.faults.Script(
		transporttest.Status(200, `{"name":"agent","pricing":{"price_ut":"variable"},"data":{"x":1}}`),
		transporttest.Status(200, `{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params"},"id":1}`),
		transporttest.Status(200, `{"openapi":"3.1.0"}`),
		transporttest.Status(204, ""),
		transporttest.Status(200, `{"code":0,"data":[1,2]}`),
		transporttest.Status(200, `{"code":0}`),
		transporttest.HTML(),
		transporttest.Status(200, ""),
		transporttest.Status(200, `{"code":0,"data":"text"}`),
		transporttest.Status(200, `{"code":9999}`),
		transporttest.Status(200, `[{"name":"a"},{"name":"b"}]`),
		transporttest.Status(200, `"pong"`),
		transporttest.Status(200, `[1]`),
		transporttest.Status(200, `{"code":"E1"}`),
		good(`{"remaining_downloads":2}`),
	)
	var card struct{ Name string }
	require.NoError(t, do("GET", "/.well-known/agent.json", &card))
	assert.Equal(t, "agent", card.Name)
	var rpc struct{ Error struct{ Code int } }
	require.NoError(t, do("POST", "/a2a", &rpc))
	assert.Equal(t, -32602, rpc.Error.Code)
	var raw json.RawMessage
	require.NoError(t, do("GET", "/api/v1/public/openapi.json", &raw))
	assert.Equal(t, `{"openapi":"3.1.0"}`, string(raw))
	require.NoError(t, do("DELETE", "/api/v1/skills/s", nil))
	var list []int
	require.NoError(t, do("GET", "/api/v1/list", &list))
	assert.Equal(t, []int{1, 2}, list)
	require.NoError(t, do("GET", "/api/v1/nothing", &list))
	require.ErrorIs(t, do("GET", "/api/v1/portal", nil), transport.ErrMalformed)
	require.ErrorIs(t, do("POST", "/api/v1/empty", nil), transport.ErrOutcomeUnknown)
	require.ErrorIs(t, do("GET", "/api/v1/kind", &list), transport.ErrMalformed)
	err := do("POST", "/api/v1/unsafe", nil)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown, "a POST is not repeated unless the call says so")
	e, _ := errors.AsType[*transport.Error](err)
	assert.Equal(t, 1, e.Attempts)
	var cards []struct{ Name string }
	require.NoError(t, do("GET", "/cards", &cards), "any JSON")
	assert.Len(t, cards, 2)
	var pong string
	require.NoError(t, do("GET", "/ping", &pong))
	assert.Equal(t, "pong", pong)
	require.NoError(t, do("GET", "/cards", nil))
	require.ErrorIs(t, do("GET", "/odd", &raw), transport.ErrMalformed, "a code that is no number is no answer of the platform's")
	var download struct {
		Remaining int `json:"remaining_downloads"`
	}
	require.NoError(t, h.client.Do(t.Context(), transport.Call{
		Operation: "Download", Method: "GET", Path: "/api/v1/deliverables/tok/download", Safety: transport.Once,
	}, &download))
	assert.Equal(t, 2, download.Remaining)
	h.faults.Reset()
	h.faults.Script(transporttest.DropAfter())
	err = h.newClient(t, h.Config()).Do(t.Context(), transport.Call{Operation: "Download", Method: "GET", Path: "/api/v1/deliverables/tok/download", Safety: transport.Once}, &download)
	require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
	assert.Len(t, h.faults.Requests(), 1, "a download is not repeated")
}

func TestAnUploadIsReachable(t *testing.T) {
	h := start(t)
	h.faults.Script(good(`{"filename":"attachments/a.txt","url":"https://oss.uumit.com/attachments/a.txt"}`))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "a.txt")
	require.NoError(t, err)
	_, err = file.Write([]byte("text"))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	var out struct{ Filename string }
	require.NoError(t, h.client.Do(t.Context(), transport.Call{
		Operation: "Upload", Method: "POST", Path: "/api/v1/upload/file",
		Header: http.Header{"Content-Type": {form.FormDataContentType()}},
		Body:   body.Bytes(),
	}, &out))
	assert.Equal(t, "attachments/a.txt", out.Filename)
	sent := h.faults.Requests()[0]
	assert.Equal(t, form.FormDataContentType(), sent.Header.Get("Content-Type"))
	assert.Equal(t, body.String(), string(sent.Body))
	assert.Empty(t, sent.Header.Get("Idempotency-Key"), "the platform's own clients send none with uploads")
}

func TestPublicEndpointsWithoutCredentials(t *testing.T) {
	h := start(t)
	h.faults.Script(good(`{"total_income_ut":"12.5"}`))
	var stats struct {
		Income string `json:"total_income_ut"`
	}
	require.NoError(t, h.device.Do(t.Context(), transport.Call{Method: "GET", Path: "/api/v1/public/community-stats"}, &stats))
	assert.Equal(t, "12.5", stats.Income)
}

// What a body's own encoders write goes out as they wrote it.
func TestRawBodiesAreSentAsTheyAre(t *testing.T) {
	h := start(t)
	h.faults.Script(good(`{}`))
	require.NoError(t, h.client.Do(t.Context(), transport.Call{
		Operation: "Raw", Method: "POST", Path: "/api/v1/x",
		Body: map[string]any{"r": json.RawMessage(`{"a":"<&>"}`), "m": marked{}},
	}, nil))
	assert.Equal(t, `{"m":"<T>","r":{"a":"<&>"}}`, string(h.faults.Requests()[0].Body))
}

type marked struct{}

func (marked) MarshalJSON() ([]byte, error) { return []byte(`"<T>"`), nil }

// bare is a RoundTripper that leaves the body of its answer nil.
type bare int

func (b bare) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: int(b), Header: http.Header{}, Request: r}, nil
}

func TestAnAnswerWithoutABodyIsNoPanic(t *testing.T) {
	for status, want := range map[int]error{204: transport.ErrMalformed, 200: transport.ErrMalformed, 404: transport.ErrMalformed, 503: transport.ErrUnavailable} {
		client, err := uumit.New(uumit.Config{APIKey: signing.NewSecret("pk_1"), UserID: "u"}, transport.WithRoundTripper(bare(status)), transport.WithDefaultAttempts(1))
		require.NoError(t, err)
		_, err = client.Orders.Cancel(t.Context(), "ord-1")
		require.ErrorIs(t, err, want)
		require.ErrorIs(t, err, transport.ErrOutcomeUnknown)
		require.NoError(t, client.Close())
	}
}
