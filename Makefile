# make demo    read the pictures and hear the recordings in examples/ with the use half alone
# make test    lint, types, import rules and all tests: what CI runs
# make lint    ruff and the import rules
# make types   mypy on the package, the recipes and the benchmarks
# make collect every test module imported once, so that the processes of `make check` find it compiled
# make check   all tests alone
# make setup   .venv/bin/sutja with everything
# make fuzz    every reader of bytes by atheris, FUZZ_SECONDS (600) of a processor each; FUZZ_PROCESSES at once
# make bench   every published figure (SUTJA_BENCH_PART=test: on the test parts), into benchmarks/results/*.json
# make results put the measured figures into the README and the docs
# make docs    the site, into out/site, and in it the page that needs no server
# make package wheel and sdist, into dist/, tried in an environment that has nothing else
# make clean   remove what the others made
#
# PYTHON chooses the interpreter (3.11 or later): make test PYTHON=python3.12

.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
PIP_FLAGS := --quiet --quiet --no-input --disable-pip-version-check --constraint constraints.txt
PACKAGE := $(shell find src -name '*.py' -o -name '*.onnx' -o -name py.typed)

# The real data beside the checkout, unless SUTJA_DATA names another folder.
ifeq ($(SUTJA_DATA),)
ifneq ($(wildcard ../shared/data),)
export SUTJA_DATA := $(abspath ../shared/data)
endif
else
export SUTJA_DATA
endif

# Compiled modules are kept whatever the environment says: importing torch and scikit-learn takes 2.5 times as long without.
unexport PYTHONDONTWRITEBYTECODE

FUZZ_SECONDS ?= 600
FUZZ_PROCESSES ?= 1

# One process more than cores, since many a test waits for a process of its own.
TEST_PROCESSES ?= $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')

.PHONY: help demo test lint types collect check setup fuzz bench results docs package clean
help:
	@sed -n 's/^# make/make/p' Makefile

# $(call new-venv,FOLDER)
define new-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: sutja needs Python 3.11 or later; say make PYTHON=python3.12")'
	@.ci/need "$(PYTHON) -c 'import ensurepip, venv'" python3-venv
	@test -x $(1)/bin/pip || $(PYTHON) -m venv --clear $(1)
endef

# Without compiling ahead: Python compiles the few modules that it imports, the demo's folder stays 40 MB smaller,
# and of the 20,000 modules in .venv most are never imported.
.venv-demo/installed: pyproject.toml constraints.txt $(PACKAGE)
	@echo "installing the use half into .venv-demo"
	$(call new-venv,.venv-demo)
	@.venv-demo/bin/pip install $(PIP_FLAGS) --no-compile .
	@touch $@

demo: .venv-demo/installed
	@mkdir -p out/demo
	.venv-demo/bin/sutja read --crop examples/*.png --annotate out/demo
	.venv-demo/bin/sutja read examples/pages --annotate out/demo
	.venv-demo/bin/sutja listen examples/sounds
	@echo "annotated pictures: out/demo; installed: $$(( $$(du -sk .venv-demo | cut -f1) * 1024 / 1000000 )) MB"

.venv/installed: pyproject.toml constraints.txt
	@echo "installing sutja[train,serve,dev,bench,docs] into .venv"
	$(call new-venv,.venv)
	@.venv/bin/pip install $(PIP_FLAGS) --no-compile --editable '.[train,serve,dev,bench,docs]'
	@touch $@

test: .venv/installed
	$(MAKE) lint types
	$(MAKE) check

lint: .venv/installed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-logo

collect: .venv/installed
	@mkdir -p out
	.venv/bin/python -m pytest --collect-only -qq > out/collected.txt || { cat out/collected.txt; exit 1; }

check: .venv/installed
	.venv/bin/python -m pytest -n $(TEST_PROCESSES) --dist worksteal --durations=25

# Scripts of recipes/ and benchmarks/ import their neighbours and share names, so that each folder is checked by itself.
types: .venv/installed
	.venv/bin/mypy
	.venv/bin/mypy recipes/*.py
	.venv/bin/mypy benchmarks/*.py benchmarks/*/*.py

setup: .venv/installed
	@echo "ready: .venv/bin/sutja"

fuzz: .venv/installed
	.venv/bin/python benchmarks/fuzzing.py --seconds $(FUZZ_SECONDS) --processes $(FUZZ_PROCESSES)

# Validation unless SUTJA_BENCH_PART=test says otherwise: the test part is for the final model, once.
bench: export SUTJA_BENCH_PART ?= validation
bench: .venv/installed
	@.ci/need "tesseract --version" tesseract-ocr
	@mkdir -p benchmarks/results
	for script in benchmarks/[!_]*.py; do echo "$$script"; .venv/bin/python "$$script"; done

results: .venv/installed
	.venv/bin/python benchmarks/report

docs: .venv/installed
	.venv/bin/python docs/commands.py
	.venv/bin/zensical build --strict --clean
	.venv/bin/sutja serve --export out/site/watch

package: .venv/installed
	.ci/package .venv/bin/python

clean:
	rm -rf .venv .venv-demo out build dist .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests recipes benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
