# What a newcomer types. Everything is set up on the way; the only needs are Python 3.11 to 3.13, make and a network.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup setup-core page demo test test-person test-fast fuzz check sbom format lock clean

PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
STAMP := .venv/.ready
CORE_STAMP := .venv/.ready-core
ARGS ?=

# Some images set this: every process then compiles all that it imports, at each start, which is half of what a start costs.
export PYTHONDONTWRITEBYTECODE :=

# Real video and a real model, where they lie beside the project; the product itself knows nothing of that folder.
SHARED := $(abspath ../shared/data)
ifneq ($(wildcard $(SHARED)/models),)
export TOEZICHT_MODELS ?= $(SHARED)/models
endif
ifneq ($(wildcard $(SHARED)/pets2009/S2L1-view001.avi),)
export TOEZICHT_DEMO_VIDEO ?= $(SHARED)/pets2009/S2L1-view001.avi
export TOEZICHT_DEMO_CALIBRATION ?= $(SHARED)/pets2009/View_001.xml
export TOEZICHT_TEST_DATA ?= $(SHARED)
endif

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Install everything into .venv (about 6 GB: ultralytics brings torch)

setup-core: $(CORE_STAMP) ## Install what a worker without pixels needs, in seconds

# The console's page: Node comes from a wheel of the extra `dev`; the result is no part of the repository.
WEB := console/web
WEB_MODULES := $(WEB)/node_modules/.ready
WEB_TYPES := $(WEB)/src/api/types.ts
PAGE := console/static/index.html
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public -type f 2>/dev/null) $(addprefix $(WEB)/,index.html vite.config.ts svelte.config.js tsconfig.json)

page: $(PAGE) ## Build the console's page into console/static

$(WEB_MODULES): $(WEB)/package-lock.json scripts/node.sh | $(STAMP)
	@cd $(WEB) && ../../scripts/node.sh npm ci --loglevel=error
	@touch $@

$(WEB_TYPES): console/openapi.json $(WEB_MODULES)
	@cd $(WEB) && ../../scripts/node.sh npm run --silent types

$(PAGE): $(WEB_MODULES) $(WEB_TYPES) $(WEB_SOURCES)
	@cd $(WEB) && ../../scripts/node.sh npm run --silent build -- --logLevel warn
	@touch $@

# The program for partners that needs a library from npm, as a partner installs it; a test runs it.
EXAMPLE := docs/examples/node
EXAMPLE_MODULES := $(EXAMPLE)/node_modules/.ready

$(EXAMPLE_MODULES): $(EXAMPLE)/package-lock.json scripts/node.sh | $(STAMP)
	@cd $(EXAMPLE) && ../../../scripts/node.sh npm ci --loglevel=error
	@touch $@

demo: $(STAMP) $(PAGE) ## Run the demo; ARGS=--once ends by itself
	@scripts/debian.sh runtime
	@$(BIN)/toezicht demo $(ARGS)

# The first tests compute, and take all processors; those of tests/integration start processes of their own and mostly wait.
PYTEST := $(BIN)/python -m pytest --durations=10
FAST := -n logical --maxprocesses 4 tests --ignore=tests/integration

test: $(STAMP) $(PAGE) $(EXAMPLE_MODULES) ## Run all tests; ARGS go to pytest
	@scripts/debian.sh runtime test
ifeq ($(ARGS),)
	@$(PYTEST) $(FAST)
	@$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder --session-timeout=3600 tests/integration $(AS_PERSON:%=--ignore=%)
else
	@$(BIN)/python -m pytest $(ARGS)
endif

# A browser over the whole pipeline: minutes more, beside what `make test` takes.
AS_PERSON := $(wildcard tests/integration/console/test_*_as_person.py)
test-person: $(STAMP) $(PAGE) ## Use the console as a person would: a real browser over the real pipeline
	@scripts/debian.sh runtime test
	@$(PYTEST) -n 2 --dist loadfile $(AS_PERSON) $(ARGS)

test-fast: $(STAMP) ## Run the tests that start no pipeline, for daily work
	@scripts/debian.sh runtime test
	@$(PYTEST) $(FAST) $(ARGS)

fuzz: $(STAMP) ## Give every parser its full count of mutated inputs (minutes); the tests give it a tenth
	@TOEZICHT_FUZZ=1 $(BIN)/python -m pytest -n logical --maxprocesses 4 tests/fuzz tests/unit -k "mutated or changed or fuzz or any_bytes" $(ARGS)

check: $(STAMP) $(PAGE) ## What CI runs before the tests: format, lint, types, imports, generated files
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/toezicht schemas export --check
	$(BIN)/toezicht register export --check --about deploy/register.yaml --registry deploy/cameras.yaml --to docs/register
	$(BIN)/python -m console.api.document --check
	$(BIN)/toezicht topics strimzi --check deploy/strimzi/toezicht.yaml
	$(BIN)/python -m streams.presentation.metrics_page --check
	$(BIN)/python scripts/dashboards.py --check
	$(BIN)/python -m tests.support.licences
	$(BIN)/python -m tests.support.secrets
	cd $(WEB) && ../../scripts/node.sh npm run --silent check && ../../scripts/node.sh npm test --silent

# What looks at the project from outside has an environment of its own: it brings libraries that would change how the tests run.
TOOLS := .tools/.ready
$(TOOLS): $(BIN)/uv locks/tools.txt
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .tools
	@$(BIN)/uv pip install --quiet --python .tools/bin/python --require-hashes -r locks/tools.txt
	@touch $@

sbom: $(STAMP) $(TOOLS) ## Write the bill of materials of what is installed, and of the page: build/sbom*.cdx.json (CycloneDX)
	@mkdir -p build
	@.tools/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
	  --output-format JSON --output-file build/sbom.cdx.json $(BIN)/python
	@cd $(WEB) && ../../scripts/node.sh npm sbom --sbom-format cyclonedx --package-lock-only --omit dev > ../../build/sbom-page.cdx.json
	@echo "build/sbom.cdx.json build/sbom-page.cdx.json"

format: $(STAMP) ## Format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

$(BIN)/uv: locks/uv.txt
	@test -n "$(PYTHON)" || { echo "toezicht: no Python 3.11, 3.12 or 3.13 found" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "toezicht: $(PYTHON) has no ensurepip; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "toezicht: making .venv with $$($(PYTHON) --version)" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/uv.txt
	@touch $@

$(STAMP): $(BIN)/uv locks/all.txt pyproject.toml
	@echo "toezicht: installing (some 6 GB, half a minute with a fast network)" >&2
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r locks/all.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@ $(CORE_STAMP)

$(CORE_STAMP): $(BIN)/uv locks/core.txt locks/build.txt pyproject.toml
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r locks/core.txt -r locks/build.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
lock: $(BIN)/uv ## Resolve the dependencies anew: hashes, no registry addresses
	$(LOCK) pyproject.toml --extra tracing -o locks/core.txt
	$(LOCK) pyproject.toml --extra console --extra tracing -o locks/console.txt
	$(LOCK) pyproject.toml --extra partners --extra tracing -o locks/partners.txt
	$(LOCK) pyproject.toml --extra vision --extra console --extra partners --extra tracing --extra evaluation --extra dev -o locks/all.txt
	echo hatchling | $(LOCK) - -o locks/build.txt
	echo 'cyclonedx-bom>=7' | $(LOCK) - -o locks/tools.txt

clean: ## Remove what was installed, built or stored
	rm -rf $(WEB)/node_modules console/static .venv .tools build .toezicht .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
