# Everything a developer runs. `make help` lists it; Python 3.11+ and make are all it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# Which interpreter makes the environment: `make PYTHON=/path/to/python3.12 venv` overrules the search.
PYTHON ?=
PYTHONS := python3.11 python3 python3.12 python3.13 python3.14
# Our own Python, whatever exists of it by now; generated code is excluded by the tools' settings.
SOURCES = $(wildcard benchmarks cli demo deploy examples libs/common libs/danke libs/danke_fake services tests tools)
# The branch whose published protos must not be broken.
BASE ?= main

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' \
	    $(MAKEFILE_LIST)

# --- environment -------------------------------------------------------------------------------

$(VENV)/.locked: requirements.lock
	@python='$(PYTHON)'; \
	if [ -z "$$python" ]; then for candidate in $(PYTHONS); do \
	    if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	        >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; fi; \
	if [ -z "$$python" ]; then \
	    echo "No Python 3.11 or newer with venv was found (tried: $(PYTHONS))." >&2; \
	    echo "Install one (Debian: apt-get install python3 python3-venv), or name it:" >&2; \
	    echo "  make PYTHON=/path/to/python3.11 venv" >&2; exit 1; \
	fi; \
	echo "environment: $$($$python --version) into $(VENV)"; \
	[ -x $(BIN)/python ] || $$python -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check
	@touch $@

.PHONY: venv
venv: $(VENV)/.installed ## the environment in .venv, from requirements.lock

.PHONY: lock
lock: $(VENV)/.locked ## renew requirements.lock from pyproject.toml (UPGRADE=--upgrade for newer releases)
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 $(UPGRADE) \
	    --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock

# --- running -----------------------------------------------------------------------------------

.PHONY: run
run: venv ## the main job: WEEKS=4 of real shopping through all services, then the proof
	$(BIN)/danke run

.PHONY: up
up: venv ## Postgres, a broker and every service, until Ctrl-C; KAFKA=apache for Apache Kafka
	$(BIN)/danke up

.PHONY: bench
bench: venv ## all benchmarks, or one: make bench NAME=payments
	$(BIN)/python -m benchmarks $(NAME)

# --- proving -----------------------------------------------------------------------------------

# The oldest Postgres that is supported, and what must hold on it as well.
PG_15 ?= /usr/lib/postgresql/15/bin
ON_EVERY_POSTGRES = tests/common tests/wallet/test_wallet_machine.py tests/wallet/test_rpc_payments.py

# How many tests run at once, each worker with a Postgres and a broker of its own; 0 is one process,
# as a debugger needs it. Most of them wait most of the time, so more than there are cores.
WORKERS ?= 4
SHARED = -n $(WORKERS) --dist loadgroup

.PHONY: test
test: venv ## all tests on the embedded stack; the engine's on Postgres 15 too, where there is one
	$(BIN)/pytest $(SHARED) -m "not apache and not faults" $(ARGS)
	@if [ -x $(PG_15)/postgres ]; then \
	    echo 'engine, doors and wallet rules again on Postgres 15'; \
	    PG_BIN=$(PG_15) $(BIN)/pytest $(SHARED) -m "not apache" $(ON_EVERY_POSTGRES) -q; \
	else echo 'Postgres 15: not installed here ($(PG_15)), skipped'; fi

.PHONY: test-e2e
test-e2e: venv ## tests/e2e alone; KAFKA=apache runs them on Apache Kafka
	KAFKA=$(KAFKA) $(BIN)/pytest $(SHARED) tests/e2e $(if $(filter apache,$(KAFKA)),,-m "not apache") $(ARGS)

.PHONY: faults
faults: venv ## load under a seeded storm of faults: SECONDS=600 SEED=20260501 KAFKA=apache
	KAFKA=$(KAFKA) FAULT_SECONDS=$(SECONDS) FAULT_SEED=$(SEED) \
	    $(BIN)/pytest tests/faults -m faults -s $(ARGS)

.PHONY: soak
soak: venv ## a steady load, and nothing may grow: SECONDS=3600
	SOAK_SECONDS=$(or $(SECONDS),3600) $(BIN)/pytest tests/faults/test_soak.py -m faults -s $(ARGS)

INPUTS ?= 100000
.PHONY: fuzz
fuzz: venv ## so many generated requests to every method, hostile records to every topic: SEED=…
	FUZZ_INPUTS=$(INPUTS) FUZZ_SEED=$(SEED) $(BIN)/pytest -rP \
	    tests/contracts/test_every_rpc.py tests/contracts/test_every_topic.py $(ARGS)

.PHONY: audit
# Strict: where that database cannot be reached, "nothing found" would be no answer.
audit: venv ## known holes in what we depend on; asks a database on the network, so not in `check`
	@$(BIN)/uv tool run pip-audit --strict --require-hashes --disable-pip -r requirements.lock || { \
	    echo 'make audit: NOT PASSED. Either holes are listed above, or a package could not be' >&2; \
	    echo 'compared ("could not be audited", a time-out, a refused connection): then the database' >&2; \
	    echo 'of known holes was not reached, and nothing is known of any package.' >&2; exit 1; }

.PHONY: test-image
test-image: venv ## the image, and production pods from it: an order, a roll-out, the way back
	$(BIN)/python -m tools.build_image 1 2
	DANKE_TEST_IMAGE=1 $(BIN)/pytest tests/deploy/test_image.py -rA $(ARGS)

.PHONY: test-ts
test-ts: venv ## the TypeScript client: generated, compiled, and called against a running stack; npm
	cd clients/ts && npm ci --no-audit --no-fund --silent
	rm -rf clients/ts/gen clients/ts/dist
	$(BIN)/buf generate --template clients/ts/buf.gen.yaml
	cd clients/ts && npm run --silent build
	DANKE_TEST_TS=1 $(BIN)/pytest tests/clients -q -rA $(ARGS)

CHECKS := check-format check-lint check-types check-imports check-protos check-breaking check-stubs \
    check-reasons check-events check-manifests

.PHONY: check $(CHECKS)
check: $(CHECKS) ## format, lint, types, imports, protos, events; `make -k check` shows all at once

check-format: venv
	$(BIN)/ruff format --check $(SOURCES)

check-lint: venv
	$(BIN)/ruff check $(SOURCES)

check-types: venv
	$(BIN)/mypy $(SOURCES)

check-imports: venv
	$(BIN)/lint-imports --no-logo

check-protos: venv
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code proto

check-breaking: venv
	@if git cat-file -e '$(BASE):buf.yaml' 2>/dev/null; then \
	    echo 'buf breaking: against the branch $(BASE)'; \
	    $(BIN)/buf breaking --against "$$(git rev-parse --git-common-dir)#branch=$(BASE)"; \
	else echo 'buf breaking: skipped, there are no protos on a branch $(BASE)'; fi

check-stubs: venv
	$(BIN)/python -m tools.generate_protos --verify

check-events: venv
	$(BIN)/python -m tools.generate_events --verify

.PHONY: format
format: venv ## rewrite sources and protos in the house format
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/buf format --write proto

# The reasons table says what the refusal classes say, the service config names every method.
check-reasons: venv
	$(BIN)/python -m tools.generate_reasons --verify
	$(BIN)/python -m tools.generate_service_config --verify

.PHONY: service-config
service-config: venv ## rewrite docs/service-config.json, deadlines and retries of every RPC
	$(BIN)/python -m tools.generate_service_config

.PHONY: reasons
reasons: venv ## rewrite docs/reasons.md from the refusal classes
	$(BIN)/python -m tools.generate_reasons

.PHONY: proto
proto: venv ## regenerate libs/danke and libs/buf from proto/
	$(BIN)/python -m tools.generate_protos

# Cluster files, topics and rights follow from the services; `make manifests` judges them.
check-manifests: venv
	$(BIN)/python -m tools.generate_manifests --verify

.PHONY: manifests-generate
manifests-generate: venv ## rewrite what of deploy/ follows from the code
	$(BIN)/python -m tools.generate_manifests

.PHONY: manifests
manifests: venv check-manifests ## render every overlay and judge it: schemas, policies, alerts
	$(BIN)/python -m tools.check_manifests

.PHONY: events
events: venv ## regenerate docs/events from the event models
	$(BIN)/python -m tools.generate_events

# --- cleaning ----------------------------------------------------------------------------------

.PHONY: clean
clean: ## remove caches and runtime data; the environment stays
	rm -rf .danke build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
