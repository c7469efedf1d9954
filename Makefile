# Jolda. `make demo` and `make test` are all that a newcomer needs.
.DEFAULT_GOAL := help
.PHONY: help setup web build demo test quick truth bench screenshot fmt clean

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what building needs
	@scripts/setup.sh build

web: setup ## The browser's files, into target/site
	@cargo xtask web --release

build: web ## The server, into target/release/jolda
	@cargo build --release --package jolda-server

demo: build ## A simulated Almaty on embedded SQLite; prints the address
	@exec target/release/jolda demo $(ARGS)

test: ## Everything that CI runs
	@scripts/test.sh

quick: ## The core's tests: seconds, no database, no network
	@cargo test --quiet -p api -p transit -p appeals -p simulator -p fuzz

truth: ## How near the core's conclusions come to the truth; a report, also in target/truth.md
	@cargo run --quiet -p simulator --example truth -- $(ARGS) | tee target/truth.md

bench: ## Benchmarks, with peers and limits in the same run
	@cargo bench --workspace $(ARGS)

screenshot: build ## The README's picture, from a running demo
	@scripts/screenshot.sh

fmt: ## Format
	@cargo fmt --all

clean: ## Remove what was built
	@cargo clean
