// Command procure takes purchase intents through their lives.
//
// Without credentials it talks to a fake platform of its own:
//
//	go run ./examples/procure
//
// With PROCURE_APP_ID and PROCURE_APP_SECRET set it talks to the environment
// that PROCURE_ENV names, test by default, and only reads. With -buy, for which
// PROCURE_ENV must be test or local, it also creates the documents' sample there
// and has it executed, which may spend money.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pentagate/pentagate/procure"
	"github.com/pentagate/pentagate/transport"
)

func main() {
	buy := flag.Bool("buy", false, "create intents and execute one of them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Getenv, *buy)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdout io.Writer, getenv func(string) string, buy bool) error {
	t := tour{out: stdout, interval: 2 * time.Second}
	if getenv(procure.EnvAppID)+getenv(procure.EnvAppSecret) == "" {
		platform := fakePlatform()
		defer platform.Close()
		env := platform.Env()
		getenv = func(name string) string { return env[name] }
		t.interval, buy = 20*time.Millisecond, true
		t.say("No credentials in the environment: this is the fake platform.")
	}
	config := procure.ConfigFromEnv(getenv)
	if buy && config.Environment != procure.Test && config.Environment != procure.Local {
		return errors.New("-buy creates the documents' sample: set PROCURE_ENV to test or local")
	}
	client, err := procure.New(config)
	if err != nil {
		return err
	}
	defer client.Close()
	t.client = client
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	health, err := client.Health(ctx)
	if err != nil {
		return err
	}
	t.say("The service %s is %s.", health.Service, health.Status)
	steps := []func(context.Context) error{t.list}
	if buy {
		steps = []func(context.Context) error{t.buy, t.changeOfMind, t.list}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

type tour struct {
	client   *procure.Client
	out      io.Writer
	interval time.Duration
}

func (t *tour) list(ctx context.Context) error {
	page, err := t.client.ListIntents(ctx, procure.ListIntentsRequest{PageSize: new(5)})
	if err != nil {
		return err
	}
	t.say("The newest intents, %d here:", len(page.Items))
	for _, intent := range page.Items {
		t.say("  %v", intent)
	}
	return nil
}

// create creates the intent of the documents' sample. A lost answer is not a
// failure: the intent may exist, and a second call would make a second one.
func (t *tour) create(ctx context.Context) (*procure.Intent, error) {
	intent, err := t.client.CreateIntent(ctx, procure.CreateIntentRequest{
		UserID:        "user_001",
		Platform:      procure.Taobao,
		ProductURL:    "https://item.taobao.com/item.htm?id=123456",
		Title:         "测试商品",
		Price:         decimal.RequireFromString("99.99"),
		Quantity:      1,
		RecipientName: "张三",
		Address:       "北京市朝阳区",
		Phone:         "13800138000",
	})
	if errors.Is(err, transport.ErrOutcomeUnknown) {
		return nil, fmt.Errorf("look for the intent before creating it again: %w", err)
	}
	return intent, err
}

// buy creates an intent, changes it, has it executed and waits for its end.
func (t *tour) buy(ctx context.Context) error {
	intent, err := t.create(ctx)
	if err != nil {
		return err
	}
	t.say("Created %v: %s, %d at %s yuan.", intent, intent.Title.Reveal(), intent.Quantity, intent.Price)
	if _, err := t.client.UpdateIntent(ctx, procure.UpdateIntentRequest{ID: intent.ID, Quantity: new(int64(2)), Remarks: new("轻放")}); err != nil {
		return err
	}
	if intent, err = t.client.GetIntent(ctx, intent.ID); err != nil {
		return err
	}
	t.say("Changed %v: now %d.", intent, intent.Quantity)
	if _, err := t.client.ExecuteIntent(ctx, intent.ID); err != nil {
		return err
	}
	_, err = t.client.WaitIntent(ctx, procure.WaitIntentRequest{ID: intent.ID, Interval: t.interval, OnChange: func(i procure.Intent) { t.say("It is %s.", i.Status) }})
	return err
}

// changeOfMind creates an intent, cancels it and removes it.
func (t *tour) changeOfMind(ctx context.Context) error {
	intent, err := t.create(ctx)
	if err != nil {
		return err
	}
	if intent, err = t.client.CancelIntent(ctx, intent.ID); err != nil {
		return err
	}
	t.say("Changed our mind: %v.", intent)
	return t.client.DeleteIntent(ctx, intent.ID)
}
