# Every target goes through bin/bootstrap, which builds .venv when it is missing or out of date.
.DEFAULT_GOAL := help
.PHONY: help run test lint types bench demo docs messages evolve reindex verify wheelhouse clean
MAKEFLAGS += --no-print-directory

CONFIG ?= development.ini
PYTEST ?= -n 2 --dist loadfile --no-loadscope-reorder
BIN := .venv/bin

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: ## serve the demo office on http://127.0.0.1:6543 (first start: database, demo, log-ins)
	@bin/bootstrap
	@$(BIN)/records serve $(CONFIG)

test: lint types ## lint, types, then all tests (browser and PostgreSQL included)
	@$(BIN)/python -m pytest $(PYTEST)

lint: ## style, format and the order of the rooms
	@bin/bootstrap --test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: ## strict types of the rules and the domain
	@bin/bootstrap --test
	@$(BIN)/mypy

bench: ## measure side by side with peers; one JSON object per figure
	@bin/bootstrap --test
	@$(BIN)/python -m pip install -q -c constraints.txt -r bench/requirements.txt
	@bench/run

demo: ## walk one case from the counter to the archive in a temporary database
	@bin/bootstrap
	@$(BIN)/records -c $(CONFIG) demo --case

docs: ## check the manual: every command, target and file it names exists
	@bin/bootstrap --test
	@$(BIN)/python -m pytest -q tests/test_house.py

messages: ## collect and compile the languages
	@bin/bootstrap --test
	@$(BIN)/python bin/messages

evolve: ## bring the database of CONFIG up to this version
	@bin/bootstrap
	@$(BIN)/records -c $(CONFIG) evolve

reindex: ## rebuild the full-text index of CONFIG from its records
	@bin/bootstrap
	@$(BIN)/records -c $(CONFIG) reindex

verify: ## compare index, records and stored files of CONFIG
	@bin/bootstrap
	@$(BIN)/records -c $(CONFIG) verify

wheelhouse: ## build all wheels into build/wheelhouse, for a machine without network
	@bin/bootstrap
	@$(BIN)/python -m pip wheel -q -c constraints.txt -w build/wheelhouse "setuptools>=78.1.1,<81" wheel ".[test]"
	@rm -f build/wheelhouse/juanzong-*.whl
	@echo "next: copy this tree with build/wheelhouse, then: make run WHEELHOUSE=build/wheelhouse"

clean: ## remove what was built; var/ (the office's data) stays
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis src/*.egg-info
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

export WHEELHOUSE
