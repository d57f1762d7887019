package codegatetest

import (
	"net/http/httptest"
	"time"

	"github.com/pentagate/pentagate/codegate"
)

// Server is a [Platform] that listens on a loopback port.
type Server struct {
	*Platform
	// URL is the base URL, without a slash at its end.
	URL string

	http *httptest.Server
}

// The running server's own figures.
const (
	// idleTimeout is how long it keeps a connection that nobody uses.
	idleTimeout = 5 * time.Second
	// It has 5 database connections and 10 more under load, and waits 30 s for
	// one.
	poolConnections = 15
	poolStall       = 30 * time.Second
)

// NewServer starts a platform with one project and its key, which treats
// connections as the running server does: see [WithPool], [WithIdleTimeout]
// and what the package says about a 500. It panics if no loopback port is to
// be had. Close it when done.
func NewServer(opts ...Option) *Server {
	defaults := []Option{WithPool(poolConnections, poolStall), WithIdleTimeout(idleTimeout)}
	p := New(append(defaults, opts...)...)
	s := httptest.NewUnstartedServer(closeConnections(p.Handler()))
	s.Config.ConnContext = withConnection
	s.Config.IdleTimeout = p.idleTimeout
	s.Start()
	return &Server{Platform: p, URL: s.URL, http: s}
}

// Close stops the server, after it has waited for the requests under way.
func (s *Server) Close() { s.http.Close() }

// Config returns the credentials of the default project, ready for codegate.New.
func (s *Server) Config() codegate.Config { return s.ConfigFor("") }

// ConfigFor returns the credentials of a project as they stand.
func (s *Server) ConfigFor(projectID string) codegate.Config {
	env := s.env(projectID)
	return codegate.ConfigFromEnv(func(name string) string { return env[name] })
}

// Env returns the environment variables of the platform's own examples, set
// for the default project.
func (s *Server) Env() map[string]string { return s.env("") }

func (s *Server) env(projectID string) map[string]string {
	project := s.Project(projectID)
	return map[string]string{
		codegate.EnvBaseURL:   s.URL,
		codegate.EnvAPIKey:    project.APIKey,
		codegate.EnvSecret:    project.Secret,
		codegate.EnvProjectID: project.ID,
	}
}
