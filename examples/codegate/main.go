// Command codegate shows the calls of a CodeGate project, one after the other.
//
// Without credentials it talks to a fake platform of its own:
//
//	go run ./examples/codegate
//
// With CODEGATE_BASE_URL, CODEGATE_API_KEY, CODEGATE_SECRET and
// CODEGATE_PROJECT_ID set it talks to that installation, and only reads.
// With -redeem it also redeems a real code there, the newest unused one, and
// makes it usable again.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pentagate/pentagate/codegate"
)

func main() {
	redeem := flag.Bool("redeem", false, "redeem a real code of the installation and reactivate it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Getenv, *redeem)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdout io.Writer, getenv func(string) string, redeem bool) error {
	t := tour{out: stdout, show: mask}
	if getenv(codegate.EnvAPIKey)+getenv(codegate.EnvSecret)+getenv(codegate.EnvProjectID) == "" {
		platform := fakePlatform()
		defer platform.Close()
		env := platform.Env()
		getenv = func(name string) string { return env[name] }
		t.show, redeem = asItIs, true
		t.say("No credentials in the environment: this is the fake platform.")
	}
	client, err := codegate.New(codegate.ConfigFromEnv(getenv))
	if err != nil {
		return err
	}
	defer client.Close()
	t.client = client
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for _, step := range []func(context.Context) error{t.project, t.list, t.search, t.lookUp} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if redeem {
		return t.redeem(ctx)
	}
	return nil
}

type tour struct {
	client *codegate.Client
	out    io.Writer
	show   func(code string) string
}

func (t *tour) project(ctx context.Context) error {
	project, err := t.client.GetProject(ctx)
	if err != nil {
		return err
	}
	s, err := t.client.GetStatistics(ctx)
	if err != nil {
		return err
	}
	t.say("Project %q: %d codes, %d unused, %d used, %d disabled.", project.Name, s.TotalCodes, s.UnusedCodes, s.UsedCodes, s.Disabled())
	return nil
}

func (t *tour) list(ctx context.Context) error {
	page, err := t.client.ListCodes(ctx, codegate.ListCodesRequest{PageSize: new(3)})
	if err != nil {
		return err
	}
	t.say("Page %d of %d, newest first:", page.Page, page.TotalPages)
	for _, code := range page.Items {
		t.say("  %s, used: %t", t.show(code.Code.Reveal()), code.Used)
	}
	return nil
}

// search looks for texts that need escaping, which is part of what is signed.
func (t *tour) search(ctx context.Context) error {
	for _, text := range []string{"VIP 2", "新年"} {
		page, err := t.client.ListCodes(ctx, codegate.ListCodesRequest{Search: text})
		if err != nil {
			return err
		}
		t.say("Search for %q: %d found.", text, page.Total)
	}
	return nil
}

// lookUp reads the newest code. It may hold any character.
func (t *tour) lookUp(ctx context.Context) error {
	page, err := t.client.ListCodes(ctx, codegate.ListCodesRequest{PageSize: new(1)})
	if err != nil || len(page.Items) == 0 {
		return err
	}
	detail, err := t.client.GetCodeByCode(ctx, page.Items[0].Code.Reveal())
	if err == nil {
		t.say("Looked up %s: %d entries in its log.", t.show(detail.Code.Code.Reveal()), len(detail.VerificationLogs))
	}
	return err
}

// redeem redeems a code, shows that it cannot be done twice, and makes the
// code usable again.
func (t *tour) redeem(ctx context.Context) error {
	page, err := t.client.ListCodes(ctx, codegate.ListCodesRequest{Status: codegate.StatusUnused, PageSize: new(1)})
	if err != nil || len(page.Items) == 0 {
		return err
	}
	code := page.Items[0].Code.Reveal()
	request := codegate.VerifyCodeRequest{Code: code, VerifiedBy: "pentagate-example"}
	first, err := t.client.VerifyCode(ctx, request)
	if err != nil {
		return err
	}
	if err := first.Err(); err != nil {
		return err // a business failure: the code is not ours to reactivate
	}
	t.say("Redeemed %s.", t.show(code))
	second, err := t.client.VerifyCode(ctx, request)
	if err != nil {
		return err
	}
	t.say("Once more: success %t, %s.", second.Success, second.ErrorCode)
	again, err := t.client.ReactivateCode(ctx, codegate.ReactivateCodeRequest{Code: code, ReactivatedBy: "pentagate-example"})
	if err == nil {
		t.say("Reactivated it: success %t.", again.Success)
	}
	return err
}
