package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pentagate/pentagate/internal/fakes"
)

// platformNames are those that faults can be set for. Device authorization is
// part of uumit.
var platformNames = []string{"aihuishou", "codegate", "procure", "uumit"}

// controlHandler sets, lists and clears the faults of the platforms.
func controlHandler(platforms *fakes.Platforms) http.Handler {
	list := func(w http.ResponseWriter) {
		coming := make(map[string][]string)
		for _, name := range platformNames {
			coming[name] = platforms.Faults(name).Names()
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(coming) // whoever asked has gone
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { list(w) })
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		given, err := parameters(w, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		platform, faults, problems := readFaults(given)
		if len(problems) > 0 {
			http.Error(w, strings.Join(problems, "\n"), http.StatusBadRequest)
			return
		}
		platforms.Faults(platform).Add(faults...)
		list(w)
	})
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, r *http.Request) {
		names := platformNames
		if r.URL.RawQuery != "" {
			names = []string{r.URL.Query().Get("platform")}
			if !slices.Contains(platformNames, names[0]) || len(r.URL.Query()) > 1 {
				http.Error(w, platformProblem, http.StatusBadRequest)
				return
			}
		}
		for _, name := range names {
			platforms.Faults(name).Clear()
		}
		list(w)
	})
	return mux
}

// parameters reads the query and the body, a form or a JSON object of flat
// values. curl calls anything a form, so the body's first character
// decides.
func parameters(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		return nil, errors.New("the body must be at most 64 KiB")
	}
	given := make(map[string]string)
	text := strings.TrimSpace(string(body))
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	query := r.URL.RawQuery
	if strings.HasPrefix(text, "{") || media == "application/json" {
		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil {
			return nil, errors.New("the body must be a form or a JSON object")
		}
		for name, raw := range members {
			var value string
			if json.Unmarshal(raw, &value) != nil {
				value = string(raw) // a number stands for its text
			}
			given[name] = value
		}
	} else if text != "" {
		query += "&" + text
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("the query and the form must be encoded as such")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, twice := given[name]; twice || len(values[name]) > 1 {
			return nil, errors.New("each parameter must be given once")
		}
		given[name] = values[name][0]
	}
	return given, nil
}
