# Everything a person does here; `make help` lists it. The virtual environment is made when it is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READERS := $(VENV)/.readers
PARSERS := tests/readers/node_modules/.ready
AXE := tests/browser/node_modules/axe-core/axe.min.js

.DEFAULT_GOAL := help
.PHONY: help feeds test readers browser hub-test fuzz lint format coverage clean

help:  ## list what there is to do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

feeds: $(READY)  ## build the sample site from examples/articles into feeds
	$(BIN)/syndicate build

test: $(READY)  ## run all tests
	$(BIN)/python -m pytest -n auto --dist loadgroup --quiet

$(READERS): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,readers]'
	touch $@

$(PARSERS): tests/readers/package.json
	! command -v npm >/dev/null || \
		{ npm install --prefix tests/readers --no-package-lock --no-audit --no-fund --silent && touch $@; }

readers: $(READERS) $(PARSERS)  ## show the feeds to real feed readers, as many as are installed
	$(BIN)/python -m pytest -n auto --quiet -m readers tests/readers

hub-test: $(READY)  ## run the tests that need a real WebSub hub, which is installed for them
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[hub-test]'
	$(BIN)/python -m pytest --quiet tests/test_hub.py

$(AXE): tests/browser/package.json
	npm install --prefix tests/browser --no-audit --no-fund --no-package-lock --silent
	touch $@

browser: $(READY) $(AXE)  ## run the tests in a real browser; needs npm, and Debian's chromium and chromium-driver
	$(BIN)/python -m pytest -m browser --quiet tests/browser

fuzz: $(READY)  ## try random input on everything that reads a stranger's, SYNDICATE_FUZZ_EXAMPLES times each
	SYNDICATE_FUZZ_EXAMPLES=$${SYNDICATE_FUZZ_EXAMPLES:-2000} $(BIN)/python -m pytest -n auto --quiet tests/test_fuzz.py

coverage: $(READY)  ## run all tests and measure what they reach
	$(BIN)/python -m pytest -n auto --dist loadgroup --quiet --cov --cov-report=term-missing

lint: $(READY)  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## take away everything that was made here, the virtual environment too
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .syndicate
	rm -rf tests/browser/node_modules tests/readers/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
