package uumittest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The end, in seconds, and the address of a device authorization ("UUMit API
// key guide, Device authorization").
const (
	expiresIn       = 600
	verificationURL = "https://a2a.uupt.work/link"
)

// device is one device authorization.
type device struct {
	deviceCode, userCode string
	program              string
	expiresAt            time.Time
	// status is pending, approved or denied.
	status         string
	apiKey, userID string
}

// UserCodes returns the user codes that wait for a person, oldest first.
func (p *Platform) UserCodes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var codes []string
	for _, d := range p.devices {
		if d.status == "pending" && p.Now().Before(d.expiresAt) {
			codes = append(codes, d.userCode)
		}
	}
	return codes
}

// Approve confirms a user code as a user would in the browser. That links the
// user to the platform, and makes a key that acts for all who are linked, as
// [Platform.APIKey] does.
func (p *Platform) Approve(userCode, userID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, u := p.waiting(userCode), p.user(userID)
	d.status, d.apiKey, d.userID = "approved", "uuagent_sk_"+randomHex(16), u.id
	p.keys[hash(d.apiKey)], u.linked = true, true
}

// Deny refuses a user code.
func (p *Platform) Deny(userCode string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting(userCode).status = "denied"
}

func (p *Platform) waiting(userCode string) *device {
	i := slices.IndexFunc(p.devices, func(d *device) bool { return d.userCode == userCode })
	if i < 0 || p.devices[i].status != "pending" || !p.Now().Before(p.devices[i].expiresAt) {
		panic(fmt.Sprintf("uumittest: no user code %q waits", userCode))
	}
	return p.devices[i]
}

func (p *Platform) startDevice(c *call) answer {
	program := c.text("agent_platform_type")
	switch program {
	case "":
		return missing("body", "agent_platform_type")
	case "openclaw", "claude_desktop", "cursor", "hermes_agent":
	default:
		program = "custom_mcp"
	}
	d := &device{
		deviceCode: randomHex(20),
		userCode:   randomUserCode(),
		program:    program,
		expiresAt:  c.now.Add(expiresIn * time.Second),
		status:     "pending",
	}
	p.devices = append(p.devices, d)
	return ok(struct {
		DeviceCode      string `json:"device_code"`
		UserCode        string `json:"user_code"`
		VerificationURL string `json:"verification_url"`
		ExpiresIn       int    `json:"expires_in"`
		Interval        int    `json:"interval"`
		Program         string `json:"agent_platform_type"`
	}{d.deviceCode, d.userCode, verificationURL, expiresIn, int(p.interval.Seconds()), program})
}

func (p *Platform) pollDevice(c *call) answer {
	code := c.text("device_code")
	if code == "" {
		return missing("body", "device_code")
	}
	i := slices.IndexFunc(p.devices, func(d *device) bool { return d.deviceCode == code })
	if i < 0 {
		return notFound("device code")
	}
	d := p.devices[i]
	status := func(code int, message, status string) answer {
		a := ok(map[string]string{"status": status})
		a.code, a.message = code, message
		return a
	}
	switch {
	case d.status == "approved":
		return ok(map[string]string{"status": "approved", "api_key": d.apiKey, "user_id": d.userID, "agent_platform_type": d.program})
	case d.status == "denied":
		return status(4803, "access_denied", "denied")
	case !c.now.Before(d.expiresAt):
		return status(4802, "expired_token", "expired")
	}
	return status(4801, "authorization_pending", "pending")
}

// randomUserCode returns eight characters like those of the documents' sample.
func randomUserCode() string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	var code strings.Builder
	for _, c := range b {
		code.WriteByte(alphabet[int(c)%len(alphabet)])
	}
	return code.String()
}
