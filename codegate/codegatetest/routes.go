package codegatetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// operation is one of the seven calls, or what stands beside them and is not
// signed.
type operation struct {
	method string
	// validate is nil for what is not signed.
	validate func(*call) []fieldError
	serve    func(*Platform, *call) answer
}

var (
	opProject    = &operation{http.MethodGet, noParameters, (*Platform).getProject}
	opList       = &operation{http.MethodGet, listParameters, (*Platform).listCodes}
	opByID       = &operation{http.MethodGet, noParameters, (*Platform).getCode}
	opByCode     = &operation{http.MethodGet, noParameters, (*Platform).getCodeByCode}
	opStatistics = &operation{http.MethodGet, noParameters, (*Platform).getStatistics}
	opVerify     = &operation{http.MethodPost, bodyParameters("verified_by"), (*Platform).verifyCode}
	opReactivate = &operation{http.MethodPost, bodyParameters("reactivated_by", "reason"), (*Platform).reactivateCode}
	opAlive      = &operation{http.MethodGet, nil, (*Platform).alive}
)

// alive answers / and /health. Only that they exist is known.
func (*Platform) alive(*call) answer {
	return ok(struct {
		Status string `json:"status"`
	}{"ok"})
}

func noParameters(*call) []fieldError { return nil }

// target is what a path names: the calls that have it, in the server's order,
// and the texts in its variable places.
type target struct {
	operations []*operation
	// projectID is empty beside the SDK API.
	projectID string
	// argument is the code_id or the code.
	argument string
}

// match finds the routes for a decoded path. An escaped slash therefore
// separates, as on the server.
func match(path string) (target, bool) {
	if path == "/" || path == "/health" {
		return target{operations: []*operation{opAlive}}, true
	}
	rest, found := strings.CutPrefix(path, "/api/v1/projects/")
	if !found {
		return target{}, false
	}
	parts := strings.Split(rest, "/")
	if slices.Contains(parts, "") {
		return target{}, false
	}
	t := target{projectID: parts[0]}
	switch {
	case len(parts) == 1:
		t.operations = []*operation{opProject}
	case len(parts) == 2 && parts[1] == "codes":
		t.operations = []*operation{opList}
	case len(parts) == 2 && parts[1] == "statistics":
		t.operations = []*operation{opStatistics}
	case len(parts) == 3 && parts[1] == "codes":
		t.operations = []*operation{opByID}
		t.argument = parts[2]
		switch parts[2] {
		case "verify":
			t.operations = append(t.operations, opVerify)
		case "reactivate":
			t.operations = append(t.operations, opReactivate)
		}
	case len(parts) == 4 && parts[1] == "codes" && parts[2] == "by-code":
		t.operations = []*operation{opByCode}
		t.argument = parts[3]
	default:
		return target{}, false
	}
	return t, true
}

// route finds the call for c, or the answer for a request that names none.
func route(c *call) (*operation, *answer) {
	t, found := match(c.path)
	if !found {
		return nil, noRoute(c)
	}
	c.pathProject, c.argument = t.projectID, t.argument
	for _, op := range t.operations {
		if op.method == c.r.Method {
			return op, nil
		}
	}
	a := failure(http.StatusMethodNotAllowed, detailMethod)
	a.header = map[string]string{"Allow": t.operations[0].method}
	return nil, &a
}

// noRoute sends a path that only has slashes too many to the one without, and
// does so before it looks at the credentials.
func noRoute(c *call) *answer {
	shorter := strings.TrimRight(c.path, "/")
	if _, found := match(shorter); !found || shorter == c.path {
		a := failure(http.StatusNotFound, detailNoRoute)
		return &a
	}
	location := url.URL{Scheme: "http", Host: c.r.Host, Path: shorter, RawQuery: c.r.URL.RawQuery}
	if c.r.TLS != nil {
		location.Scheme = "https"
	}
	return &answer{
		status: http.StatusTemporaryRedirect,
		header: map[string]string{"Location": location.String()},
	}
}
