package codegatetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAServerTreatsConnectionsAsTheRunningServerDoes(t *testing.T) {
	srv := NewServer()
	defer srv.Close()
	assert.Equal(t, 5*time.Second, srv.http.Config.IdleTimeout)
	assert.Equal(t, 15, srv.pool.connections)
	assert.Equal(t, 30*time.Second, srv.pool.stall)
}

func TestAHandlerHasNoBoundOnCallsAtOnce(t *testing.T) {
	assert.Zero(t, New().pool.connections)
}
