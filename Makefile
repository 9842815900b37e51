# Everything a person or CI types. Needs git, make and a python3 of 3.11 to 3.13; the rest it makes itself, in .venv.
# A different interpreter: make PYTHON=python3.13 test
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Each of the hundreds of processes that the tests start would compile the modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo up test check check-types check-rest docs defects matrix reference flakes soak bench bench-quick clean lock

help: ## What can be typed here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 18

$(READY): pyproject.toml requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null || \
	  { echo "zaikolab needs python3 of 3.11 to 3.13, found: $(or $(PYTHON),none on the PATH). Name one with: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) has no venv module. Install it (Debian, Ubuntu: apt-get install python3-venv), or name another: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "Setting up $(VENV) with $$("$(PYTHON)" --version) from requirements.lock (once, about half a minute) ..."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## Walk the vendor guide on a fresh lab with 1,200 SKUs
	@$(BIN)/zaikolab demo

up: $(READY) ## Start the lab with the demo's shop and keep it running
	@$(BIN)/zaikolab up --demo

check: $(READY) ## Format, lint, types, import contracts, house rules
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-types check-rest

check-types: $(READY)
	@$(BIN)/mypy simulator reference

check-rest: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pytest -q -p no:cacheprovider tests/house_rules

# The gate has run the house rules. Many tests wait for a client's time limit to run out: half as many processes again as
# cores keep the cores busy.
test: ## The gate, then every test; where it may, a Chromium for the browser tests is installed meanwhile
	@command -v "$(PYTHON)" >/dev/null && "$(PYTHON)" tests/browser/chromium.py & browser=$$!; \
	  $(MAKE) --no-print-directory check; gate=$$?; wait $$browser; [ $$gate = 0 ] || exit $$gate; \
	  processes=$$(( $$(getconf _NPROCESSORS_ONLN) * 3 / 2 )); \
	  $(BIN)/pytest -q -n $$processes --dist worksteal --ignore tests/house_rules tests

docs: $(READY) ## Run the specification, walk the guide where a browser is, make build/docs of both
	@$(BIN)/zaikolab verify --report build/run || test $$? -eq 1
	@rm -rf build/walk
	@test ! -f tests/browser/test_guide_walk.py || $(BIN)/pytest -q tests/browser/test_guide_walk.py
	@$(BIN)/zaikolab docs build --run build/run --out build/docs

defects: $(READY) ## Do the scenarios notice engines that are wrong on purpose? (a few minutes)
	@$(BIN)/zaikolab defects

matrix: $(READY) ## Record what each scenario notices, where it is out of date (half an hour from nothing)
	-@$(BIN)/zaikolab defects --full simulator/conformance/defects/matrix.json
	@$(BIN)/zaikolab defects --recorded > docs/.defects.md.part && mv docs/.defects.md.part docs/defects.md

reference: $(READY) ## Write docs/reference.md from the code
	@$(BIN)/python -m docs.handbook

flakes: $(READY) ## Run the specification 50 times: does it say the same each time? FLAKES="--runs 10"
	@$(BIN)/python -m tests.flakes $(FLAKES)

soak: $(READY) ## Look for trouble for ten minutes, or SOAK_MINUTES=30
	@$(BIN)/python -m tests.soak --minutes $(or $(SOAK_MINUTES),10)

bench: $(READY) ## Everything side by side, as ratios, into the README (long); BENCH=--lab, --conformance, --pages: the lab's own
	@$(BIN)/python -m benchmarks $(BENCH)

bench-quick: $(READY) ## The same rows, smaller, in under three minutes, peers once installed; BENCH="--only starting"
	@$(BIN)/python -m benchmarks --quick $(BENCH)

lock: ## Renew requirements.lock (needs uv on the PATH)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --group dev --extra fast --extra scale pyproject.toml -o requirements.lock --upgrade

clean: ## Remove what the targets made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
