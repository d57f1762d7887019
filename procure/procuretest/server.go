package procuretest

import (
	"net/http/httptest"

	"github.com/pentagate/pentagate/procure"
)

// Server is a [Platform] that listens on a loopback port.
type Server struct {
	*Platform
	// URL is the base URL, without a slash at its end.
	URL string

	http *httptest.Server
}

// NewServer starts a platform with one App. It panics if no loopback port is
// to be had. Close it when done.
func NewServer(opts ...Option) *Server {
	p := New(opts...)
	s := httptest.NewServer(p.Handler())
	return &Server{Platform: p, URL: s.URL, http: s}
}

// Close stops the server, after it has waited for the requests under way.
func (s *Server) Close() { s.http.Close() }

// Config returns the credentials of the default App, ready for procure.New.
func (s *Server) Config() procure.Config { return s.ConfigFor("") }

// ConfigFor returns the credentials of an App.
func (s *Server) ConfigFor(appID string) procure.Config {
	env := s.env(appID)
	return procure.ConfigFromEnv(func(name string) string { return env[name] })
}

// Env returns the environment variables of package procure, set for the
// default App.
func (s *Server) Env() map[string]string { return s.env("") }

func (s *Server) env(appID string) map[string]string {
	app := s.App(appID)
	return map[string]string{
		procure.EnvEnvironment: string(procure.Local),
		procure.EnvBaseURL:     s.URL,
		procure.EnvAppID:       app.ID,
		procure.EnvAppSecret:   app.Secret,
	}
}
