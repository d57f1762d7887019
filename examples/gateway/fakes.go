package main

import (
	"time"

	"github.com/pentagate/pentagate/internal/fakes"
	"github.com/pentagate/pentagate/transport"
	"github.com/pentagate/pentagate/transport/transporttest"
)

// usedCode was redeemed by somebody else before.
const usedCode = "SPRING-2026"

// quickRetries keep the show short: the platforms' own policies wait a second
// and more.
var quickRetries = transport.RetryPolicy{BaseDelay: 200 * time.Millisecond}

// fakePlatforms has everything delivered in seconds, and lets Procure fail
// twice.
func fakePlatforms() *fakes.Platforms {
	platforms := fakes.Start(fakes.Pace{Purchase: time.Second, Recycling: 2 * time.Second, Person: time.Second})
	failure := fakes.Fault{Name: "status 503", Fault: transporttest.Status(503, "")}
	platforms.Faults("procure").Add(failure, failure)
	return platforms
}

// configuration is what a service would read from its YAML file.
func configuration(platforms *fakes.Platforms) map[string]map[string]any {
	env := platforms.Env()
	return map[string]map[string]any{
		"codegate": {
			"base_url":   env["CODEGATE_BASE_URL"],
			"api_key":    env["CODEGATE_API_KEY"],
			"secret":     env["CODEGATE_SECRET"],
			"project_id": env["CODEGATE_PROJECT_ID"],
		},
		"procure": {
			"base_url":   env["PROCURE_BASE_URL"],
			"app_id":     env["PROCURE_APP_ID"],
			"app_secret": env["PROCURE_APP_SECRET"],
		},
		"aihuishou": {
			"base_url":        env["AIHUISHOU_BASE_URL"],
			"app_id":          env["AIHUISHOU_APP_ID"],
			"app_secret":      env["AIHUISHOU_APP_SECRET"],
			"attempt_timeout": "15s",
		},
		"uumit": {
			"base_url": env["UUMIT_BASE_URL"],
			"api_key":  env["UUMIT_API_KEY"],
			"user_id":  env["UUMIT_USER_ID"],
		},
		"uumit-auth": {
			"base_url":       env["UUMIT_BASE_URL"],
			"agent_platform": "custom_mcp",
		},
	}
}
