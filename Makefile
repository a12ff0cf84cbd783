# Everything a person does here; `make help` lists it. The virtual environment is made when it is missing.
PYTHON ?= python3
# With what the lowest releases are tested: the oldest Python at hand that is allowed.
OLDEST_PYTHON ?= $(PYTHON)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A lock is complete, which a test shows. Left to resolve again, pip would look at releases that came after it
# for what is asked for with an extra (`coverage[toml]`), and refuse them for want of a hash.
LOCKED := $(PIP) --no-deps --require-hashes --requirement
READY := $(VENV)/.ready
READERS := $(VENV)/.readers
PARSERS := tests/readers/node_modules/.ready
TOOLS := build/tools
UV := $(TOOLS)/uv/bin/uv
# The tests of whatever other packages, and Python, decide about: bytes, the border, YAML, HTTP, processes, the
# command line.
DEPENDENT := $(addprefix tests/test_,$(addsuffix .py,golden golden_pages render markup border fields body \
	dates urls yamltext blockyaml agreement settings pool siblings serve web websub cli watch public_api))
AXE := tests/browser/node_modules/axe-core/axe.min.js

# Without bytecode on the disk, every process that a test starts compiles this package anew, and every
# process of pytest all tests. And what is printed is buffered, as it is for people.
unexport PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED

.DEFAULT_GOAL := help
.PHONY: help feeds test corpus readers browser hub-test fuzz lint format coverage lock test-minimum test-newest audit dist clean

help:  ## list what there is to do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): pyproject.toml requirements/test.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(LOCKED) requirements/test.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

feeds: $(READY)  ## build the sample site from examples/articles into feeds
	$(BIN)/syndicate build

test: $(READY)  ## run the tests; those of corpus, readers, browser, hub-test and dist have targets of their own
	$(BIN)/python -m pytest -n auto --dist loadgroup --quiet

corpus: $(READY)  ## build the real corpus, if ../shared/corpus is beside this checkout
	$(BIN)/python -m pytest --quiet -m corpus

$(READERS): $(READY) requirements/readers.txt
	$(LOCKED) requirements/readers.txt
	touch $@

$(PARSERS): tests/readers/package.json
	! command -v npm >/dev/null || \
		{ npm install --prefix tests/readers --no-package-lock --no-audit --no-fund --silent && touch $@; }

readers: $(READERS) $(PARSERS)  ## show the feeds to real feed readers, as many as are installed
	$(BIN)/python -m pytest -n auto --quiet -m readers tests/readers

hub-test: $(READY)  ## run the tests that need a real WebSub hub, which is installed for them
	$(LOCKED) requirements/hub-test.txt
	$(BIN)/python -m pytest --quiet tests/test_hub.py

$(AXE): tests/browser/package.json
	npm install --prefix tests/browser --no-audit --no-fund --no-package-lock --silent
	touch $@

browser: $(READY) $(AXE)  ## run the tests in a real browser; needs npm, and Debian's chromium and chromium-driver
	$(BIN)/python -m pytest -m browser --quiet tests/browser

fuzz: $(READY)  ## try random input on everything that reads a stranger's, SYNDICATE_FUZZ_EXAMPLES times each
	SYNDICATE_FUZZ_EXAMPLES=$${SYNDICATE_FUZZ_EXAMPLES:-2000} $(BIN)/python -m pytest -n auto --quiet tests/test_fuzz.py

coverage: $(READY)  ## measure what tests reach, those left out that start processes, where nothing is measured
	$(BIN)/python -m pytest -n auto --dist loadgroup --quiet --cov --cov-report=term-missing \
		-m 'not browser and not corpus and not dist and not processes and not readers'

# Tools are nothing that a result depends on, so they are installed when they are asked for, as they are then.
$(UV):
	$(PYTHON) -m venv $(TOOLS)/uv
	$(TOOLS)/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

LOCK = $(UV) pip compile --quiet pyproject.toml requirements/build.in --extra dev --universal \
	--python-version 3.11 --generate-hashes $(UPGRADE) \
	--custom-compile-command 'make lock (for CPython 3.11 and later, on every platform)'

lock: $(UV)  ## pin what tests need, with hashes; UPGRADE=--upgrade takes the newest of everything
	$(LOCK) --output-file requirements/test.txt
	$(LOCK) --output-file requirements/readers.txt --extra readers --constraint requirements/test.txt
	$(LOCK) --output-file requirements/hub-test.txt --extra hub-test --constraint requirements/test.txt

test-minimum: $(UV)  ## test with the lowest release of every package that pyproject.toml allows
test-newest: $(UV)  ## test with the newest release of every package
test-minimum: RESOLUTION := lowest-direct
test-minimum: INTERPRETER = $(OLDEST_PYTHON)
test-newest: RESOLUTION := highest
test-newest: INTERPRETER = $(PYTHON)
test-minimum test-newest:
	$(UV) venv --quiet --clear --python $(INTERPRETER) $(TOOLS)/$@
	$(UV) pip install --quiet --refresh --python $(TOOLS)/$@ --resolution $(RESOLUTION) --editable '.[dev]'
	$(TOOLS)/$@/bin/python -m pytest -n auto --dist loadgroup --quiet -m 'not processes' $(DEPENDENT)

audit: $(UV)  ## ask for known vulnerabilities of what is locked; advice, which fails nothing
	$(UV) venv --quiet --clear --python $(PYTHON) $(TOOLS)/audit
	$(UV) pip install --quiet --python $(TOOLS)/audit pip-audit
	$(TOOLS)/audit/bin/python .ci/audit.py $(TOOLS)/audit/bin/pip-audit

# The date in the archives is that of the last commit; in an unpacked sdist, that of its files.
dist: export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y PKG-INFO)
dist: $(READY)  ## build sdist and wheel into dist, and test both
	rm -rf dist
	$(BIN)/python -m hatchling build --directory dist --target sdist --target wheel
	$(BIN)/python -m pytest --quiet -m dist tests/test_dist.py

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
