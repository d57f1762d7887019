# What can be done here. A target's help is the text behind its ##.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# How long each fuzz target runs: a number of inputs, which takes some seconds.
# With a time, such as 1m, go test may fail at its end for no reason but the
# deadline.
FUZZTIME ?= 30000x

LINT_VERSION := v2.15.0
LINT := .tools/golangci-lint-$(LINT_VERSION)

# Forgets credentials, with which an example would leave its fake platform.
OFFLINE := unset $${!CODEGATE_@} $${!PROCURE_@} $${!AIHUISHOU_@} $${!UUMIT_@}

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## run all five platforms through one gateway, offline against the fakes
	@$(OFFLINE); go run ./examples/gateway

.PHONY: examples
examples: ## run all examples, offline against the fakes
	@$(OFFLINE); for name in codegate procure aihuishou uumit uumit-auth gateway; do \
		printf '\n--- %s\n' "$$name"; \
		go run "./examples/$$name"; \
	done
	@$(OFFLINE); printf '\n--- quickstart\n'; \
		eval "$$(go run ./cmd/pentagate sandbox -background -for 1m)"; \
		trap 'kill "$$PENTAGATE_SANDBOX_PID"' EXIT; \
		go run ./examples/quickstart
	@printf '\n--- sign\n'; go run ./cmd/pentagate sign -provider codegate -secret S -path '/api/v1/projects/p1/codes?search=a+b'

.PHONY: sandbox
sandbox: ## run the fake platforms and print the variables that lead to them
	@go run ./cmd/pentagate sandbox

.PHONY: test
test: ## run the tests
	go test ./...

.PHONY: race
race: ## run the tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race ./...

.PHONY: lint
lint: $(LINT) ## run golangci-lint on this module and on bench
	$(LINT) run ./...
	cd bench && ../$(LINT) run --config ../.golangci.yml ./...

# Built with the project's own Go, under a name that tells its version.
$(LINT):
	GOBIN="$(CURDIR)/.tools" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv .tools/golangci-lint $@

# go test -list prints a package's matches and then the package: one line for
# each match, with its package before it.
MATCHES := awk '/^(Fuzz|Benchmark)/ { names[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print $$2, names[i]; n = 0 }'

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (30000x)
	@go test -list '^Fuzz' ./... | $(MATCHES) | while read -r package name; do \
		echo "$$name in $$package"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" < /dev/null; \
	done

# How many calls chaos makes, and from which number it draws their troubles.
N ?= 10000
SEED ?= 1

.PHONY: chaos
chaos: ## hold the SDK to what it says about N (10000) calls that meet trouble
	@go run ./internal/chaos -v -n $(N) -seed $(SEED)

.PHONY: bench
bench: ## run the benchmarks, also those beside other clients in bench
	@packages=$$(go test -list '^Benchmark' ./... | $(MATCHES) | cut -d ' ' -f 1 | uniq); \
	if [ -n "$$packages" ]; then go test -run '^$$' -bench . -benchmem $$packages; fi
	cd bench && go test -run '^$$' -bench . -benchmem ./...

.PHONY: cover
cover: ## print the share of the code that the tests run
	@go test -coverpkg ./... -coverprofile coverage.out ./... > /dev/null
	@go tool cover -func coverage.out | tail -n 1
