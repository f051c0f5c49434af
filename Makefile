# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
# The tests start some hundred Python processes: each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE
# How packages are installed; CI does it by uv, which takes a fraction of the time.
INSTALL ?= $(BIN)/python -m pip install --quiet --disable-pip-version-check
# One test process more than there are CPUs (tests/conftest.py); `make test PARALLEL=` runs them in one.
PARALLEL ?= -n auto --dist worksteal

.PHONY: demo test test-slow test-nightly coverage lint docs clean

# A stamp a set of extras: installed again only when the project's metadata changes.
$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e .
	touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e '.[dev]'
	touch $@ $(VENV)/.base

$(VENV)/.docs: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e '.[docs]'
	touch $@ $(VENV)/.base

demo: $(VENV)/.base
	$(BIN)/python benchmarks/demo.py --harness $(BIN)/harness --out $(DEMO) $(DEMO_ARGS)

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL) -m 'not slow and not nightly'

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL) -m 'slow and not nightly'

# What CI leaves to the night, and hypothesis with more examples, drawn at random.
test-nightly: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL) -m nightly
	$(BIN)/python -m pytest $(PARALLEL) -m 'not slow and not nightly' --hypothesis-profile=wide

coverage: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL) -m 'not slow and not nightly' --cov --cov-branch --cov-report=term:skip-covered

docs: $(VENV)/.docs
	$(BIN)/mkdocs build

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) $(DEMO) _site _docs .mypy_cache .ruff_cache .pytest_cache .hypothesis
