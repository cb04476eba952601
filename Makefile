# Short names for what is done often. Continuous integration runs .ci/run, which does all of it.

# Everything but what links Kubernetes: quick to build, and where the decisions are.
QUICK = $(shell go list ./... | grep -v -e '/cmd/' -e '/internal/controlplane$$')

# Where `make gen` finds AWS's published models and facts, see CONTRIBUTING.md.
MODELS ?=
FACTS ?=

.PHONY: build quick check test bench fuzz gen

build:
	go build ./cmd/airside

quick:
	go test $(QUICK)

check:
	@test -z "$$(gofmt -l cmd internal policy)" || { gofmt -l cmd internal policy; echo 'run gofmt -w on these'; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go test ./internal/archtest

test:
	go test ./...

bench:
	go test -run '^$$' -bench . -benchmem $(QUICK)
	go test -run '^$$' -bench GetCallerIdentity -cpu 1 ./internal/gateway
	go test -run '^$$' -bench . -benchtime 3x ./internal/controlplane ./cmd/airside

fuzz:
	go run ./internal/tools/fuzzall

gen:
	@test -n "$(MODELS)" -a -n "$(FACTS)" || { echo 'usage: make gen MODELS=folder FACTS=folder'; exit 2; }
	go run ./internal/tools/gen -models '$(MODELS)'
	go run ./internal/tools/gencatalog -facts '$(FACTS)'
	gofmt -l internal/api
