package codegatetest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

// list returns the texts of one page, and its total.
func list(t *testing.T, srv *codegatetest.Server, query, signed string) (string, int) {
	t.Helper()
	got := do(t, srv, request{path: codes, query: query, signedQuery: signed})
	require.Equal(t, 200, got.status, got.body)
	var page struct {
		Items []struct{ Code string }
		Total int
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &page))
	texts := make([]string, len(page.Items))
	for i, item := range page.Items {
		texts[i] = item.Code
	}
	return strings.Join(texts, " "), page.Total
}

func TestList(t *testing.T) {
	srv := start(t)
	srv.AddCode(codegatetest.Code{ID: id1, Code: "OLD", CreatedAt: in(-10), Used: true, VerifiedAt: in(-5), VerifiedBy: new("u")})
	srv.AddCode(codegatetest.Code{ID: id2, Code: "NEW", CreatedAt: in(-9), ExpiresAt: in(9)})
	check(t, do(t, srv, request{path: codes, query: "page=1&page_size=2"}), 200,
		`{"items":[{"id":"22222222222222222222222222222222","code":"NEW","status":false,"is_disabled":false,"is_expired":false,`+
			`"expires_at":1704153609,"verified_at":null,"verified_by":null,"created_at":1704153591},`+
			`{"id":"11111111111111111111111111111111","code":"OLD","status":true,"is_disabled":false,"is_expired":false,`+
			`"expires_at":null,"verified_at":1704153595,"verified_by":"u","created_at":1704153590}],`+
			`"total":2,"page":1,"page_size":2,"total_pages":1}`)
	check(t, do(t, srv, request{path: codes, query: "page=7&page_size=1"}), 200,
		`{"items":[],"total":2,"page":7,"page_size":1,"total_pages":2}`)
}

func TestListIsNewestFirst(t *testing.T) {
	srv := start(t)
	for text, age := range map[string]int64{"C": 1, "A": 3, "B": 2} {
		srv.AddCode(codegatetest.Code{Code: text, CreatedAt: in(-age)})
	}
	got, _ := list(t, srv, "", "")
	assert.Equal(t, "C B A", got)

	t.Run("of one moment the last added comes first", func(t *testing.T) {
		srv := start(t)
		for _, text := range []string{"A", "B", "C"} {
			srv.AddCode(codegatetest.Code{Code: text})
		}
		got, _ := list(t, srv, "", "")
		assert.Equal(t, "C B A", got)
	})
}

func TestListPages(t *testing.T) {
	srv := start(t)
	srv.AddCodes(45)
	for query, want := range map[string]string{
		"":                                     `"total":45,"page":1,"page_size":20,"total_pages":3}`,
		"page=3":                               `"total":45,"page":3,"page_size":20,"total_pages":3}`,
		"page_size=100":                        `"total":45,"page":1,"page_size":100,"total_pages":1}`,
		"page=%2B02":                           `"total":45,"page":2,"page_size":20,"total_pages":3}`,
		"page=9223372036854775807&page_size=1": `"total":45,"page":9223372036854775807,"page_size":1,"total_pages":45}`,
		"page=9223372036854775808&page_size=1": `"total":45,"page":9223372036854775808,"page_size":1,"total_pages":45}`,
	} {
		got := do(t, srv, request{path: codes, query: query})
		assert.Equal(t, 200, got.status, query)
		assert.True(t, strings.HasSuffix(got.body, want), "%s: %s", query, got.body)
	}
	_, total := list(t, srv, "page=3", "")
	assert.Equal(t, 45, total)
}

func TestListParameters(t *testing.T) {
	entry := func(kind, name, msg, input, ctx string) string {
		return `{"type":"` + kind + `","loc":["query","` + name + `"],"msg":"` + msg + `","input":"` + input + `"` + ctx + `}`
	}
	const noInteger = "Input should be a valid integer, unable to parse string as an integer"
	tooSmall := func(name, input string) string {
		return entry("greater_than_equal", name, "Input should be greater than or equal to 1", input, `,"ctx":{"ge":1}`)
	}
	tooLarge := func(input string) string {
		return entry("less_than_equal", "page_size", "Input should be less than or equal to 100", input, `,"ctx":{"le":100}`)
	}
	for query, want := range map[string]string{
		"page=0":                                tooSmall("page", "0"),
		"page=-1":                               tooSmall("page", "-1"),
		"page_size=0":                           tooSmall("page_size", "0"),
		"page_size=101":                         tooLarge("101"),
		"page_size=1" + strings.Repeat("0", 30): tooLarge("1" + strings.Repeat("0", 30)),
		"page=abc":                              entry("int_parsing", "page", noInteger, "abc", ""),
		"page=1.5":                              entry("int_parsing", "page", noInteger, "1.5", ""),
		"page=":                                 entry("int_parsing", "page", noInteger, "", ""),
		"page=x&page_size=y":                    entry("int_parsing", "page", noInteger, "x", "") + "," + entry("int_parsing", "page_size", noInteger, "y", ""),
	} {
		t.Run(query, func(t *testing.T) {
			check(t, do(t, start(t), request{path: codes, query: query}), 422, `{"detail":[`+want+`]}`)
		})
	}
	t.Run("of a parameter given twice the last one counts", func(t *testing.T) {
		check(t, do(t, start(t), request{path: codes, query: "page=0&page=1", signedQuery: "page=1"}), 200, emptyList)
	})
	for _, query := range []string{
		"page=9223372036854775809&page_size=1",
		"page=461168601842738792", // 20 rows a page
		"page=1" + strings.Repeat("0", 60),
	} {
		t.Run("a row offset past 64 bits breaks the server: "+query, func(t *testing.T) {
			check(t, do(t, start(t), request{path: codes, query: query}), 500, serverError)
		})
	}
}

func TestListFilters(t *testing.T) {
	srv := start(t)
	other := srv.AddProject(codegatetest.Project{})
	for _, code := range []codegatetest.Code{
		{Code: "Abc-1"},
		{Code: "xABCx", Used: true},
		{Code: "50%_off", Disabled: true},
		{Code: "gone", CreatedAt: in(-5), ExpiresAt: in(-10)},
		{Code: "中文é"},
		{Code: "foreign", ProjectID: other.ID},
	} {
		srv.AddCode(code)
	}
	const all = "中文é 50%_off xABCx Abc-1 gone"
	for name, tt := range map[string]struct{ query, signed, want string }{
		"none":                           {"", "", all},
		"unused":                         {"status=unused", "", "中文é Abc-1"},
		"used":                           {"status=used", "", "xABCx"},
		"disabled":                       {"status=disabled", "", "50%_off"},
		"expired":                        {"status=expired", "", "gone"},
		"an unknown status is ignored":   {"status=all", "", all},
		"another case is ignored":        {"status=Used", "", all},
		"a blank status is ignored":      {"status=", "", all},
		"a part of the code":             {"search=bc", "", "xABCx Abc-1"},
		"the case of ASCII is no matter": {"search=aBC", "", "xABCx Abc-1"},
		"other case is":                  {"search=%C3%89", "", ""},
		"other letters":                  {"search=%E6%96%87", "", "中文é"},
		"a blank search is ignored":      {"search=", "", all},
		"percent is any text":            {"search=A%25-", "", "Abc-1"},
		"underline is any character":     {"search=a_c", "", "xABCx Abc-1"},
		"underline is one character":     {"search=_" + strings.Repeat("_", 4) + "x", "", ""},
		"underline takes a wide one":     {"search=__%C3%A9", "", "中文é"},
		"a lone percent is everything":   {"search=%25", "", all},
		"a backslash escapes nothing":    {"search=%5C%25", "", ""},
		"nothing is trimmed":             {"search=+bc", "", ""},
		"a NUL is everything":            {"search=%00", "", all},
		"behind a NUL comes nothing":     {"search=x%00-", "", "xABCx"},
		"both":                           {"search=abc&status=used", "", "xABCx"},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := list(t, srv, tt.query, tt.signed)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestALongSearchBreaksTheServer(t *testing.T) {
	srv := start(t)
	assert.Equal(t, 200, do(t, srv, request{path: codes, query: "search=" + strings.Repeat("x", 49_998)}).status)
	for range 2 { // for good
		check(t, do(t, srv, request{path: codes, query: "search=" + strings.Repeat("x", 49_999)}), 500, serverError)
	}
}

func TestExpiryIsWrittenLazily(t *testing.T) {
	srv := start(t)
	srv.AddCode(codegatetest.Code{Code: "A", ExpiresAt: in(60)})
	srv.AddCode(codegatetest.Code{Code: "B", ExpiresAt: in(60)})
	srv.AddCode(codegatetest.Code{Code: "C"})
	srv.Advance(time.Hour)

	assert.Contains(t, do(t, srv, request{path: statistics}).body, `"unused_codes":3,"disabled_codes":0,"expired_codes":0`)
	got, total := list(t, srv, "status=expired", "")
	assert.Empty(t, got)
	assert.Equal(t, 0, total)

	first := do(t, srv, request{path: codes, query: "page_size=2&status=unused"})
	assert.Contains(t, first.body, `"code":"B","status":false,"is_disabled":false,"is_expired":true`)
	assert.Contains(t, first.body, `"total":3`)
	got, total = list(t, srv, "status=unused", "")
	assert.Equal(t, "C A", got, "A was not on the page")
	assert.Equal(t, 2, total)
	got, _ = list(t, srv, "status=unused", "")
	assert.Equal(t, "C", got)
	got, _ = list(t, srv, "status=expired", "")
	assert.Equal(t, "B A", got)

	// The flag goes back as lazily.
	srv.Advance(-time.Hour)
	assert.Contains(t, do(t, srv, request{path: byCode + "A"}).body, `"is_expired":false`)
	got, _ = list(t, srv, "status=unused", "")
	assert.Equal(t, "C A", got)
}

func TestPagingOverAShrinkingListSkips(t *testing.T) {
	srv := start(t)
	srv.AddCodes(80)
	redeemed := 0
	for page := 1; ; page++ {
		got, _ := list(t, srv, fmt.Sprintf("page=%d&page_size=20&status=unused", page), "")
		if got == "" {
			break
		}
		for text := range strings.FieldsSeq(got) {
			do(t, srv, request{path: verify, body: `{"code":"` + text + `"}`})
			redeemed++
		}
	}
	assert.Equal(t, 40, redeemed)
}

func TestProject(t *testing.T) {
	srv := start(t)
	check(t, do(t, srv, request{path: project}), 200,
		`{"id":"550e8400e29b41d4a716446655440000","name":"Demo","description":null,"status":true,"expires_at":null,"created_at":1700000000,`+
			`"statistics":{"total_codes":0,"used_codes":0,"unused_codes":0,"disabled_codes":0,"expired_codes":0}}`)

	srv.AddCode(codegatetest.Code{Used: true})
	srv.AddCode(codegatetest.Code{Disabled: true})
	srv.AddCode(codegatetest.Code{ExpiresAt: in(-1)})
	srv.AddCodes(2)
	srv.SetProjectExpiry("", in(-1))
	check(t, do(t, srv, request{path: project}), 200,
		`{"id":"550e8400e29b41d4a716446655440000","name":"Demo","description":null,"status":true,"expires_at":1704153599,"created_at":1700000000,`+
			`"statistics":{"total_codes":5,"used_codes":1,"unused_codes":2,"disabled_codes":0,"expired_codes":1}}`)

	other := srv.AddProject(codegatetest.Project{Name: "<B>", Description: new("")})
	path := "/api/v1/projects/" + other.ID
	check(t, do(t, srv, request{path: path, key: other.APIKey, secret: other.Secret}), 200,
		`{"id":"`+other.ID+`","name":"<B>","description":"","status":true,"expires_at":null,"created_at":1704153600,`+
			`"statistics":{"total_codes":0,"used_codes":0,"unused_codes":0,"disabled_codes":0,"expired_codes":0}}`)
}

func TestStatistics(t *testing.T) {
	srv := start(t)
	check(t, do(t, srv, request{path: statistics}), 200,
		`{"project_id":"550e8400e29b41d4a716446655440000","total_codes":0,"used_codes":0,"unused_codes":0,"disabled_codes":0,"expired_codes":0,`+
			`"usage_rate":0.0,"recent_verifications":[]}`)

	srv.AddCode(codegatetest.Code{Code: "A", Used: true, VerifiedAt: in(-2), VerifiedBy: new("u")})
	srv.AddCode(codegatetest.Code{Code: "B", Used: true, VerifiedAt: in(-1)})
	srv.AddCode(codegatetest.Code{Code: "C"})
	check(t, do(t, srv, request{path: statistics}), 200,
		`{"project_id":"550e8400e29b41d4a716446655440000","total_codes":3,"used_codes":2,"unused_codes":1,"disabled_codes":0,"expired_codes":0,`+
			`"usage_rate":0.6667,"recent_verifications":[{"code":"B","verified_at":1704153599,"verified_by":null},`+
			`{"code":"A","verified_at":1704153598,"verified_by":"u"}]}`)

	do(t, srv, request{path: reactivate, body: `{"code":"B"}`})
	do(t, srv, request{path: verify, body: `{"code":"C"}`})
	do(t, srv, request{path: verify, body: `{"code":"C","verified_by":"too late"}`})
	assert.Contains(t, do(t, srv, request{path: statistics}).body,
		`"recent_verifications":[{"code":"C","verified_at":1704153600,"verified_by":null},{"code":"A","verified_at":1704153598,"verified_by":"u"}]`)

	do(t, srv, request{path: reactivate, body: `{"code":"C"}`})
	do(t, srv, request{path: verify, body: `{"code":"C","verified_by":"again"}`})
	assert.Contains(t, do(t, srv, request{path: statistics}).body,
		`"recent_verifications":[{"code":"C","verified_at":1704153600,"verified_by":"again"},{"code":"A"`)
}

func TestStatisticsListTenVerifications(t *testing.T) {
	srv := start(t)
	for i := range 12 {
		srv.AddCode(codegatetest.Code{Code: fmt.Sprintf("CODE-%02d", i), Used: true, VerifiedAt: in(int64(i) - 20)})
	}
	body := do(t, srv, request{path: statistics}).body
	assert.Contains(t, body, `"usage_rate":1.0`)
	assert.Equal(t, 10, strings.Count(body, "CODE-"))
	assert.NotContains(t, body, "CODE-01")
	assert.Contains(t, body, `[{"code":"CODE-11"`)
}

func TestProjectOff(t *testing.T) {
	srv := start(t)
	code := srv.AddCode(codegatetest.Code{Code: "A"})
	srv.SetProjectEnabled("", false)
	for _, path := range []string{project, codes, codes + "/" + code.ID, byCode + "A", statistics} {
		check(t, do(t, srv, request{path: path}), 401, `{"detail":"Project is disabled"}`)
	}
	srv.SetProjectEnabled("", true)
	assert.Equal(t, 200, do(t, srv, request{path: byCode + "A"}).status)
}

func TestProjectPastItsEnd(t *testing.T) {
	srv := start(t)
	unused := srv.AddCode(codegatetest.Code{Code: "UNUSED"})
	srv.SetProjectExpiry("", in(60))
	srv.Advance(time.Hour)
	for _, path := range []string{project, codes, codes + "/" + unused.ID, byCode + "UNUSED", statistics} {
		assert.Equal(t, 200, do(t, srv, request{path: path}).status, path)
	}
	srv.AddCode(codegatetest.Code{Code: "USED", Used: true})
	check(t, do(t, srv, request{path: byCode + "USED"}), 500, serverError)
	check(t, do(t, srv, request{path: verify, body: `{"code":"USED"}`}), 500, serverError)
	check(t, do(t, srv, request{path: codes}), 500, serverError)
	assert.Equal(t, 200, do(t, srv, request{path: codes, query: "status=expired"}).status)
}
