# What can be done with this repository, one target each. The work is in Scripts/, where it can be read.

PREFIX ?= /usr/local
ARGS ?=
busbar = .build/release/busbar
options = $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(SECONDS),--seconds $(SECONDS)) $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help setup build demo test check prove mutate bench interop test-can fuzz docs format install clean

help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## Install the Debian packages a build needs; look for Swift
	@Scripts/setup build

build: setup ## The binary that is shipped: .build/release/busbar
	@Scripts/build

demo: build ## Batteries, gateway and inverter in one terminal [SCENARIO=name] [SECONDS=n] [ARGS=...]
	@$(busbar) demo $(options)

test: setup ## Every Swift test; ARGS='--filter X' for some
	@Scripts/test $(ARGS)

check: setup ## All that must hold before a merge: format, tests, Embedded builds, docs, links
	@Scripts/check

prove: setup ## The safety properties for minutes: 10^7 steps, 10^4 schedules of faults; BUSBAR_PROVE_SEED=n for one
	@Scripts/prove

mutate: setup ## Breaks each rule of the control once and shows that a test notices; ARGS='NAME' for some
	@Scripts/mutate $(ARGS)

bench: setup ## Figures with targets: codec, a line of packs, the whole gateway, beside named peers
	@Scripts/bench $(ARGS)

interop: setup ## Against foreign implementations: readers of BMS, energy managers, CAN tools; ARGS='NAME' for some
	@Scripts/interop $(ARGS)

test-can: setup ## On real SocketCAN, in an emulated machine
	@Scripts/test-can

fuzz: setup ## Random bytes into every parser, SECONDS=60 in all
	@Scripts/fuzz $(or $(SECONDS),60)

docs: setup ## The pages in docs/profiles; API documentation as a site in .build/docs
	@Scripts/docs

format: ## Lay the sources out as the lint wants them
	@Scripts/format

install: ## Binary, examples and documents to DESTDIR + PREFIX=/usr/local; after make build
	@Scripts/install "$(DESTDIR)$(PREFIX)"

clean: ## Remove everything that was made
	rm -rf .build
