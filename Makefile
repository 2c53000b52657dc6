# One command to look at it, one to check it; both set themselves up on a fresh machine.
PYTHON ?= python3
BIN = .venv/bin
CHROMIUM = $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome))

# tests run side by side, one core each; those of a file on the same one, since they share what it builds, and in the
# order of their names: by number of tests, the files of few long ones would come last and leave a core idle
ONE_THREAD = POLARS_MAX_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# where bytecode is not kept, every process that a test starts compiles us anew, half a second each
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test proof setup demo lint unit browser docs bench clean

run: setup demo               ## the dashboard on the demo company, at the printed address
	$(BIN)/python app.py

test:                         ## the whole check, on two cores from beginning to end
	$(MAKE) --no-print-directory -j 2 setup chromium
	$(MAKE) --no-print-directory -j 2 lint unit
	$(MAKE) --no-print-directory browser

setup: .venv/.done            ## the environment

.venv/.done: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

demo: setup                   ## the demo company, once
	$(BIN)/python -m analytics demo --if-missing

chromium:                     ## the browser that the page tests drive, from Debian
	@test -n "$(CHROMIUM)" || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation > /dev/null)

lint: setup                   ## format, style, types, import contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: setup                   ## everything without a browser
	$(ONE_THREAD) $(BIN)/python -m pytest --ignore tests/browser -n 2 --dist loadfile --no-loadscope-reorder

browser: setup                ## pages in Chromium
	$(ONE_THREAD) $(BIN)/python -m pytest tests/browser -n 3 --dist worksteal

proof: setup                  ## attacks, kills and damaged files in full number, the demo with four more seeds: more than an hour
	CONVIVIO_PROOF=1 $(ONE_THREAD) $(BIN)/python -m pytest -n 2 tests/attacks tests/faults tests/test_fuzz.py tests/test_bad_input.py tests/browser/test_bad_uploads.py tests/browser/test_closed.py tests/browser/test_outside.py
	for seed in 2 3 4 5; do CONVIVIO_SEED=$$seed $(ONE_THREAD) $(BIN)/python -m pytest tests/test_demo.py || exit 1; done

docs: setup                   ## the pages of docs/ that are made from code
	$(BIN)/python -m analytics.docs

bench: setup                  ## speed and scale, as ratios to named baselines
	for file in benchmarks/[a-z]*.py; do $(BIN)/python -m benchmarks.$$(basename $$file .py); done

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache data/workspaces/demo
