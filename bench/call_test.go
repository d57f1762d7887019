package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/pentagate/pentagate/codegate"
	"github.com/pentagate/pentagate/signing"
	"github.com/pentagate/pentagate/transport"
)

const (
	projectID   = "550e8400e29b41d4a716446655440000"
	projectPath = "/api/v1/projects/" + projectID
	verifyPath  = projectPath + "/codes/verify"

	projectAnswer = `{"id":"550e8400e29b41d4a716446655440000","name":"Spring","description":null,"status":true,` +
		`"expires_at":null,"created_at":1704153600,"statistics":{"total_codes":1000,"used_codes":250,` +
		`"unused_codes":700,"disabled_codes":0,"expired_codes":40}}`
	verifyAnswer = `{"success":true,"code_id":"6ba7b8109dad11d180b400c04fd430c8","code":"WELCOME-2026",` +
		`"verified_at":1704153600,"message":"Code verified successfully","error_code":null}`
	date = "Tue, 02 Jan 2024 00:00:00 GMT"
)

// timeout is pentagate's default for an attempt. The others get it too: a
// service does not call without one.
const timeout = 30 * time.Second

var request = codegate.VerifyCodeRequest{Code: "WELCOME-2026", VerifiedBy: "order-1042"}

// plain is the request without the masks in its JSON.
type plain codegate.VerifyCodeRequest

// caller makes the two calls. All callers decode into the same types.
type caller interface {
	get(ctx context.Context) (*codegate.Project, error)
	post(ctx context.Context) (*codegate.VerifyResult, error)
}

func BenchmarkCall(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, answerTo(r))
	}))
	defer server.Close()
	for _, wire := range []struct {
		name, baseURL string
		roundTripper  http.RoundTripper // nil for connections of the caller's own
	}{
		{"stub", "https://codes.example.com", stub{}},
		{"loopback", server.URL, nil},
	} {
		for _, client := range []struct {
			name string
			make func(testing.TB, string, http.RoundTripper) caller
		}{
			{"nethttp", newNetHTTP},
			{"resty", newResty},
			{"pentagate", newPentagate},
		} {
			c := client.make(b, wire.baseURL, wire.roundTripper)
			name := wire.name + "/" + client.name
			b.Run(name+"/GET", func(b *testing.B) { measure(b, c.get, "Spring", func(p *codegate.Project) string { return p.Name }) })
			b.Run(name+"/POST", func(b *testing.B) {
				measure(b, c.post, "WELCOME-2026", func(r *codegate.VerifyResult) string { return r.Code.Reveal() })
			})
		}
	}
}

// measure times calls and checks that each of them was answered in full.
func measure[T any](b *testing.B, call func(context.Context) (*T, error), want string, read func(*T) string) {
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		out, err := call(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if read(out) != want {
			b.Fatalf("the answer says %q", read(out))
		}
	}
}

// stub answers in memory what the server answers on loopback.
type stub struct{}

func (stub) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	answer := answerTo(r)
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}, "Date": {date}},
		Body:          io.NopCloser(strings.NewReader(answer)),
		ContentLength: int64(len(answer)),
		Request:       r,
	}, nil
}

func answerTo(r *http.Request) string {
	if r.Method == http.MethodPost {
		return verifyAnswer
	}
	return projectAnswer
}

// netHTTP is what one writes by hand on top of the standard library.
type netHTTP struct {
	client  *http.Client
	baseURL string
}

func newNetHTTP(_ testing.TB, baseURL string, rt http.RoundTripper) caller {
	return &netHTTP{&http.Client{Transport: ownConnections(rt), Timeout: timeout}, baseURL}
}

func (c *netHTTP) get(ctx context.Context) (*codegate.Project, error) {
	var out codegate.Project
	return &out, c.do(ctx, http.MethodGet, projectPath, nil, &out)
}

func (c *netHTTP) post(ctx context.Context) (*codegate.VerifyResult, error) {
	body, err := json.Marshal(plain(request))
	if err != nil {
		return nil, err
	}
	var out codegate.VerifyResult
	return &out, c.do(ctx, http.MethodPost, verifyPath, body, &out)
}

func (c *netHTTP) do(ctx context.Context, method, path string, body []byte, out any) error {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.baseURL+path, reader)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return json.Unmarshal(answer, out)
}

// bareResty is resty without hooks, retries, signatures or limits.
type bareResty struct {
	client  *resty.Client
	baseURL string
}

func newResty(_ testing.TB, baseURL string, rt http.RoundTripper) caller {
	return &bareResty{resty.NewWithClient(&http.Client{Transport: ownConnections(rt), Timeout: timeout}), baseURL}
}

func (c *bareResty) get(ctx context.Context) (*codegate.Project, error) {
	var out codegate.Project
	resp, err := c.client.R().SetContext(ctx).SetHeader("Accept", "application/json").SetResult(&out).Get(c.baseURL + projectPath)
	return &out, failure(resp, err)
}

func (c *bareResty) post(ctx context.Context) (*codegate.VerifyResult, error) {
	var out codegate.VerifyResult
	resp, err := c.client.R().SetContext(ctx).SetHeader("Accept", "application/json").SetBody(plain(request)).SetResult(&out).Post(c.baseURL + verifyPath)
	return &out, failure(resp, err)
}

func failure(resp *resty.Response, err error) error {
	if err == nil && resp.StatusCode() != http.StatusOK {
		return fmt.Errorf("HTTP %d", resp.StatusCode())
	}
	return err
}

// pentagate is the client as it comes: checked, signed, limited, retryable.
type pentagate struct{ client *codegate.Client }

func newPentagate(tb testing.TB, baseURL string, rt http.RoundTripper) caller {
	var opts []transport.Option
	if rt != nil {
		opts = append(opts, transport.WithRoundTripper(rt))
	}
	client, err := codegate.New(codegate.Config{
		BaseURL:   baseURL,
		APIKey:    signing.NewSecret(strings.Repeat("0a", 16)),
		Secret:    signing.NewSecret(strings.Repeat("0b", 32)),
		ProjectID: projectID,
	}, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = client.Close() })
	return &pentagate{client}
}

func (c *pentagate) get(ctx context.Context) (*codegate.Project, error) {
	return c.client.GetProject(ctx)
}

func (c *pentagate) post(ctx context.Context) (*codegate.VerifyResult, error) {
	return c.client.VerifyCode(ctx, request)
}

// ownConnections gives every caller a pool of its own.
func ownConnections(rt http.RoundTripper) http.RoundTripper {
	if rt == nil {
		return http.DefaultTransport.(*http.Transport).Clone()
	}
	return rt
}
