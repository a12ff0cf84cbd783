# Everything a person does here; `make help` lists it. The virtual environment is made when it is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READERS := $(VENV)/.readers
PARSERS := tests/readers/node_modules/.ready
AXE := tests/browser/node_modules/axe-core/axe.min.js

# Without bytecode on the disk, every process that a test starts compiles this package anew, and every
# process of pytest all tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help feeds test corpus readers browser hub-test lint format coverage clean

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

corpus: $(READY)  ## build the real corpus, if ../shared/corpus is beside this checkout
	$(BIN)/python -m pytest --quiet -m corpus

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

coverage: $(READY)  ## measure what tests reach, those left out that start processes, where nothing is measured
	$(BIN)/python -m pytest -n auto --dist loadgroup --quiet --cov --cov-report=term-missing \
		-m 'not browser and not corpus and not processes and not readers'

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
