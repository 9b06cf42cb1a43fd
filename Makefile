# make run     the server, release build, on ./penstock-data (options: make run OPTIONS="--listen 0.0.0.0:8080")
# make test    everything that has to hold before a change is kept
# make check   the quick part of it: format, lints
# make fuzz    the long form of the fuzz test: ten minutes per engine
# make crash   the long form of the crash tests
# make bench   the benchmarks, about half an hour on a quiet machine; writes docs/BENCHMARKS.md
# make setup   what the tests need beside cargo, node and python: test does this by itself

.DEFAULT_GOAL := test
.PHONY: run test check setup postgres chromium bench crash fuzz

OPTIONS ?=
CRASH_KILLS ?= 30
PYTHON ?= python3

PACKAGES := $(patsubst %,%/node_modules/.package-lock.json,tests/client/js tests/mcp/clients/js tests/mcp/conformance)
VENVS := $(patsubst %,%/.venv/installed,tests/client/python tests/support tests/tap tests/mcp/clients/python)

run:
	cargo build --release --bin penstock
	./target/release/penstock serve $(OPTIONS)

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

test: setup check
	cargo test --workspace
	node --test tests/support/*.test.mjs tests/conformance/*.test.mjs
	cargo build --bin penstock --bin penstock-conformance
	tests/mcp/conformance/run
	tests/conformance/run
	tests/client/run
	tests/openapi/run
	tests/tap/run
	tests/mcp/clients/run

bench: postgres
	tests/support/install-wrk
	cargo build --release --bin penstock --bin penstock-bench
	./target/release/penstock-bench run

fuzz: setup
	cargo build --bin penstock
	tests/openapi/run --long

crash: postgres
	PENSTOCK_CRASH_KILLS=$(CRASH_KILLS) cargo test --release --workspace --test crash --test webhooks -- --nocapture

setup: postgres chromium $(PACKAGES) $(VENVS)

postgres:
	tests/support/install-postgres

chromium:
	tests/support/install-chromium

# npm writes this file last.
$(PACKAGES): %/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	touch $@

# Each has an environment of its own, because their packages ask for different versions of the same ones.
$(VENVS): %/.venv/installed: %/requirements.txt
	$(PYTHON) -m venv $*/.venv
	$*/.venv/bin/pip install --quiet --requirement $<
	touch $@
