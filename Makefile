# Needs make and Python 3.11 or newer, nothing else. Another interpreter: make PYTHON=python3.12 ...
PYTHON ?= python3
CASE ?= ukraine
TESTS ?=
FUZZ ?=
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test fuzz bench lint types imports reference worlds check clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Panmunjom needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps are files inside .venv: it is filled again only when pyproject.toml changes.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,dev]'
	@touch $@ $(VENV)/.installed

install: $(VENV)/.installed  ## make .venv and install Panmunjom into it

install-dev: $(VENV)/.installed-dev  ## the same with the test runner, linter and type checker

run: install  ## run the Ukraine case (another one: make run CASE=folder)
	$(BIN)/panmunjom run $(CASE)

test: install-dev  ## run the tests (some of them: make test TESTS="-k report")
	$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS)

fuzz: install-dev  ## load 10,000 broken cases in ten minutes at most (again: make fuzz FUZZ="--seed 7")
	$(BIN)/python tools/fuzz.py $(FUZZ)

lint: install-dev  ## check style with ruff
	$(BIN)/ruff check src tests tools bench

types: install-dev  ## check types with mypy
	$(BIN)/mypy

imports: install-dev  ## check that packages import only from those before them
	$(BIN)/python tools/check_imports.py

reference: install-dev  ## make docs/reference.md again
	$(BIN)/python tools/make_reference.py

worlds: install-dev  ## make docs/worlds/ again: each shipped world described, its mechanisms run
	$(BIN)/python tools/make_worlds.py

check: lint types imports test  ## everything that must pass before a change is merged

# Where a peer cannot be installed, the benchmark goes on without those that are missing, with a word.
$(VENV)/.installed-bench: pyproject.toml | $(VENV)/.installed
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

bench: $(VENV)/.installed-bench  ## race other tools (parts: make bench ONLY=attrition,chance; keep it: HISTORY=1)
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(HISTORY),--history)

clean:  ## remove .venv and caches; runs/ stays
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis src/*.egg-info
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
