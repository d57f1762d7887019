package uumittest

import (
	"net/http/httptest"

	"github.com/pentagate/pentagate/uumit"
)

// Server is a [Platform] that listens on a loopback port.
type Server struct {
	*Platform
	// URL is the base URL, without a slash at its end.
	URL string

	http *httptest.Server
}

// NewServer starts a platform with one user and a key that acts for all linked
// users. It panics if no loopback port is to be had. Close it when done.
func NewServer(opts ...Option) *Server {
	p := New(opts...)
	s := httptest.NewServer(p.Handler())
	return &Server{Platform: p, URL: s.URL, http: s}
}

// Close stops the server, after it has waited for the requests under way.
func (s *Server) Close() { s.http.Close() }

// Config returns the key and the default user, ready for uumit.New.
func (s *Server) Config() uumit.Config { return s.ConfigFor("") }

// ConfigFor returns the key and a user.
func (s *Server) ConfigFor(userID string) uumit.Config {
	return configOf(map[string]string{
		uumit.EnvBaseURL: s.URL,
		uumit.EnvAPIKey:  s.APIKey(),
		uumit.EnvUserID:  s.User(userID).ID,
	})
}

// BearerConfig returns the access token of a user.
func (s *Server) BearerConfig(userID string) uumit.Config {
	return configOf(map[string]string{
		uumit.EnvBaseURL: s.URL,
		uumit.EnvToken:   s.User(userID).Token,
	})
}

// Env returns the environment variables of package uumit, set for the key and
// the default user.
func (s *Server) Env() map[string]string {
	return map[string]string{
		uumit.EnvBaseURL: s.URL,
		uumit.EnvAPIKey:  s.APIKey(),
		uumit.EnvUserID:  s.User("").ID,
	}
}

func configOf(env map[string]string) uumit.Config {
	return uumit.ConfigFromEnv(func(name string) string { return env[name] })
}
