package aihuishoutest

import (
	"net/http/httptest"

	"github.com/pentagate/pentagate/aihuishou"
)

// Server is a [Platform] that listens on a loopback port.
type Server struct {
	*Platform
	// URL is the base URL, without a slash at its end.
	URL string

	http *httptest.Server
}

// NewServer starts a platform. It panics if no loopback port is to be had.
// Close it when done.
func NewServer(opts ...Option) *Server {
	p := New(opts...)
	s := httptest.NewServer(p.Handler())
	return &Server{Platform: p, URL: s.URL, http: s}
}

// Close stops the server, after it has waited for the requests under way.
func (s *Server) Close() { s.http.Close() }

// Config returns the configuration of a client of this server, ready for
// aihuishou.New.
func (s *Server) Config() aihuishou.Config {
	config := s.Platform.Config()
	config.BaseURL = s.URL
	return config
}

// Env returns the environment variables that aihuishou.ConfigFromEnv reads.
// Literals and location are not among them.
func (s *Server) Env() map[string]string {
	return map[string]string{
		aihuishou.EnvAppID:       s.appID,
		aihuishou.EnvAppSecret:   s.secret,
		aihuishou.EnvEnvironment: string(aihuishou.EnvironmentTest),
		aihuishou.EnvBaseURL:     s.URL,
	}
}
