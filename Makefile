PYTHON ?= python3
BIN = .venv/bin

.PHONY: setup run demo test lint unit browser docs bench clean

setup: .venv/.done            ## the environment, with everything that running and testing need

.venv/.done: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
