# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
# One test process a CPU; `make test PARALLEL=` runs them in one.
PARALLEL ?= -n auto --dist worksteal

.PHONY: demo test lint clean

# A stamp a set of extras: installed again only when the project's metadata changes.
$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@ $(VENV)/.base

demo: $(VENV)/.base
	$(BIN)/python benchmarks/demo.py --harness $(BIN)/harness --out $(DEMO)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q $(PARALLEL)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) $(DEMO) _site .mypy_cache .ruff_cache .pytest_cache .hypothesis
