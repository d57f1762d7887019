package main

import (
	"fmt"

	"github.com/pentagate/pentagate/codegate/codegatetest"
)

// fakePlatform is an installation on loopback with a few codes.
func fakePlatform() *codegatetest.Server {
	platform := codegatetest.NewServer(codegatetest.WithProject(codegatetest.Project{Name: "Pentagate demo"}))
	for _, code := range []codegatetest.Code{
		{Code: "SPRING-2026", Used: true, VerifiedBy: new("order-1041")},
		{Code: "SUMMER-2026", Disabled: true},
		{Code: "VIP 2026"},
		{Code: "新年-2026"},
		{Code: "WELCOME-2026"},
		{Code: "50%/A+B? #1"},
	} {
		platform.AddCode(code)
	}
	return platform
}

func (t *tour) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }

func asItIs(code string) string { return code }

// mask keeps real codes off the screen but for their beginning.
func mask(code string) string {
	runes := []rune(code)
	return string(runes[:min(2, len(runes)/4)]) + "…"
}
