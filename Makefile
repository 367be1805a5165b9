# make run                              the prompt, in an environment of its own
# make run ARGS="--lesson autograd"     a lesson
# make test                             the tests
# PYTHON=python3.12 chooses the Python that the environment is made with.

PYTHON ?= python3
ARGS ?=
VENV := .venv
PY := $(VENV)/bin/python
# everything comes in the versions that were tested, the build backend too
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: run test check nightly lint format bench messages screenshot manual clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	@$(PY) -m ptrepl $(ARGS)

# three for two cores: the programs in pseudo-terminals mostly wait
test: $(VENV)/.installed-dev
	$(PY) -m pytest -q -n 3 --dist worksteal $(ARGS)

check: $(VENV)/.installed-dev
	$(PY) -m ptrepl --check $(ARGS)

# these may take long, each of them
nightly: $(VENV)/.installed-dev
	$(PY) -m pytest -q -n 2 --timeout=1800 -o faulthandler_timeout=1860 -m "" --hypothesis-profile=nightly $(ARGS)

lint: $(VENV)/.installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-cache

format: $(VENV)/.installed-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(VENV)/.installed-dev
	$(PY) -m benchmarks $(ARGS)

# every sentence that people read, for translators; see CONTRIBUTING.md
messages: $(VENV)/.installed-dev
	mkdir -p build
	$(VENV)/bin/pybabel -q extract --no-wrap --sort-by-file -o build/ptrepl.pot ptrepl

screenshot: $(VENV)/.installed-dev
	$(PY) docs/screenshot.py

# docs/ptrepl.1 and docs/completion, from the parser of the command line
manual: $(VENV)/.installed-dev
	$(PY) docs/command_line.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# asked of pip, not of the folder: an environment whose making was cut short is made again
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("ptrepl needs Python 3.11 or newer; \
	$(PYTHON) is %d.%d. Name another one: make PYTHON=python3.12" % sys.version_info[:2])'
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing ptrepl into $(VENV). PyTorch is large: the first time takes some minutes."
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV)."
	@$(PIP) --no-build-isolation --editable ".[dev]"
	@touch $@
