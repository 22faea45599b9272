# Two commands do everything on a fresh machine with Python >= 3.11: `make run` and `make test`.

# The first Python that is new enough and can make virtual environments (on Debian: apt install python3-venv).
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test unit soak lint format bench-extraction bench-boilerplate bench-detection bench-hostile bench-channels bench-check bench-fetch bench-pace bench-stories bench-rules bench-history pictures clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

run: .venv/run.stamp  ## set up, then run the daemon on config/ and the demo site
	$(BIN)/monitor run --demo

test: .venv/dev.stamp  ## set up, then run all tests, two at a time
	$(BIN)/pytest --numprocesses 2 --dist worksteal

unit: .venv/dev.stamp  ## run the quick tests
	$(BIN)/pytest tests/unit

soak: .venv/dev.stamp  ## kill the monitor 1,000 times while services fail, and count 5,000 alerts; half an hour
	$(BIN)/python -m tests.e2e.soak

lint: .venv/dev.stamp  ## check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp  ## put the code into its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench-extraction: .venv-bench/stamp  ## measure extraction beside its peers, on ../shared/data/extraction
	.venv-bench/bin/python -m tests.bench.bench_extraction compare

bench-boilerplate: .venv/dev.stamp  ## measure what rotating marketing leaks, on made-up sites
	$(BIN)/python -m tests.bench.bench_boilerplate

bench-detection: .venv-bench/stamp  ## measure detection on ../shared/data/events
	.venv-bench/bin/python -m tests.bench.bench_detection

bench-hostile: .venv/dev.stamp  ## try other people's hostile material, on ../shared/data/hostile
	$(BIN)/python -m tests.bench.bench_hostile

bench-channels: .venv/dev.stamp  ## send the naughty strings of ../shared through every channel
	$(BIN)/python -m tests.bench.bench_channels

bench-check: .venv/dev.stamp  ## measure whole checks of 200 real pages, and the idle daemon
	$(BIN)/python tests/bench/bench_check.py

bench-fetch: .venv/dev.stamp  ## measure fetches a second on loopback, and what cancelled ones leave behind
	$(BIN)/python -m tests.bench.bench_fetch

bench-pace: .venv/dev.stamp  ## measure the delay of adaptive pace beside a fixed interval, on made rhythms
	$(BIN)/python -m tests.bench.bench_pace

bench-stories: .venv/dev.stamp  ## measure how the same news in other words is told from other news of the same companies
	$(BIN)/python -m tests.bench.bench_stories

bench-rules: .venv/dev.stamp  ## measure 10,000 rules beside a loop and SQLite, on ../shared/data/events
	$(BIN)/python -m tests.bench.bench_rules
bench-history: .venv/dev.stamp  ## measure the page on 100,000 made articles
	$(BIN)/python -m tests.bench.bench_history

pictures: .venv/dev.stamp  ## take the pictures of the README anew, with chromium
	PICTURES=docs/pictures $(BIN)/pytest tests/e2e/test_pictures.py

clean:  ## remove what was set up; the database stays
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/run.stamp: pyproject.toml deploy/constraints.txt | .venv/bin/python
	$(INSTALL) --editable .
	@touch $@

# The peers need other versions of libraries than the monitor.
.venv-bench/stamp: tests/bench/peers.txt pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install -q --upgrade pip
	.venv-bench/bin/pip install -q -e . -r tests/bench/peers.txt
	@touch $@

.venv/dev.stamp: pyproject.toml deploy/constraints.txt | .venv/bin/python
	$(INSTALL) --editable '.[dev]'
	@touch $@ .venv/run.stamp

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv found; on Debian: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
