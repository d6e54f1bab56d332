# Every target begins with `make setup`, which is quick when nothing changed.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup setup-demo test test-fast lint lint-panel panel demo pulse bench screenshots clean

# All that the tests need; the demo alone needs neither Chromium nor PostgreSQL.
setup: $(STAMP)
	@$(BIN)/python -m tools.build_panel --optional
	@$(BIN)/ringdesk setup --with tests

setup-demo: $(STAMP)
	@$(BIN)/python -m tools.build_panel --optional
	@$(BIN)/ringdesk setup --with demo

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) tools/bootstrap.py $(VENV)

# Two at a time: most tests wait for calls.
test: setup lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile

# Without real calls, browser and PostgreSQL: for a change in progress.
test-fast: $(STAMP)
	@$(BIN)/python -m pytest -m "not asterisk and not browser and not postgresql and not slow"

lint: $(STAMP) lint-panel
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# The panel's types and words are checked where it is built; its own tests run here.
lint-panel: $(STAMP)
	@$(BIN)/python -m tools.build_panel --optional --check

# The browser panel, into web/panel/dist. Without it the service shows its bare page.
panel: $(STAMP)
	@$(BIN)/python -m tools.build_panel

demo: setup-demo
	@$(BIN)/ringdesk demo $(ARGS)

pulse: setup-demo
	@$(BIN)/ringdesk demo --check --calls 3 --at-once 1 --json

bench: $(STAMP)
	@$(BIN)/python -m benchmarks

# Pictures of every page into docs/images, to be looked at.
screenshots: setup
	@$(BIN)/python -m tools.screenshots

clean:
	rm -rf $(VENV) .ringdesk build dist *.egg-info
