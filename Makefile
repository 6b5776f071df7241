# Two commands for a stranger: `make demo` and `make test`. Both build their environment from uv.lock first.
UV_VERSION := 0.13.9
PYTHON ?= python3
TOOLS := .tools
UV := $(TOOLS)/bin/uv
BIN := .venv/bin
DEMO := demo
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv

.PHONY: help demo test lint types layers tests docs clean

help:
	@echo "make demo   build the environment, write a scenario log, run the main job on it, compare with the truth"
	@echo "make test   all that CI runs: lint, types, layers, generated pages, tests (no services, no network after set-up)"
	@echo "make docs   rewrite the generated pages of docs/"
	@echo "make clean  remove the environment and the demo"

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Counterveil needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(TOOLS) || { echo "The venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: uv.lock pyproject.toml | $(UV)
	$(UV) sync --locked --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch .venv/.ready

demo: .venv/.ready
	@rm -rf $(DEMO)
	$(BIN)/counterveil lab generate $(DEMO) --background 2 --seed 1
	@# The slow second look is kept short here; without the variable it may take 8,000 texts.
	COUNTERVEIL_SECOND_BUDGET_TEXTS=1200 $(BIN)/counterveil scan $(DEMO)/events.jsonl $(DEMO)/accounts.jsonl --home $(DEMO)/run
	@echo
	@echo "== Found, beside the planted truth =="
	@$(BIN)/counterveil lab evaluate $(DEMO)/run $(DEMO)/truth --brief || test $$? -eq 1   # 1: an operation was missed; the table says which
	@echo "Next: $(BIN)/counterveil operations list --home $(DEMO)/run     (then: operations show ID)"

test: lint types layers tests

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.ready
	$(BIN)/mypy

layers: .venv/.ready
	$(BIN)/lint-imports

tests: .venv/.ready
	$(BIN)/pytest -q -n $(or $(JOBS),2)

docs: .venv/.ready
	$(BIN)/python tools/make_docs.py

clean:
	rm -rf .venv $(TOOLS) $(DEMO)
