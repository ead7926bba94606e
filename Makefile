# The recipes are the contributor's guide: CI runs these and nothing else.
PYTHON ?= python3
RUN := .venv/bin

.PHONY: help setup demo test check format bench torture docs clean

help: ## list the recipes
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

setup: ## make .venv and install everything into it (a second time: nothing to do)
	@$(PYTHON) scripts/setup.py

demo: setup ## import a repository, know it, run one of its commands: make demo REPO=owner/name
	@$(RUN)/python scripts/demo.py $(REPO)

test: setup ## the whole suite, slow tests too
	$(RUN)/python -m pytest -n auto

check: setup ## ruff, mypy, layers, docs
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python scripts/docs.py --check

format: setup ## write the code as ruff formats it
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

bench: setup ## every bar as a ratio to a baseline that runs in the same minute
	$(RUN)/python tests/bench/all.py

torture: setup ## kill coordinators at 500 random moments: every run comes to the end of one that nobody disturbed
	@folder=$$(mktemp -d) && $(RUN)/python tests/engine/running/kill_sweep.py $$folder 0 500; rm -rf $$folder

docs: setup ## write the generated parts of docs/
	$(RUN)/python scripts/docs.py

clean: ## remove what the recipes made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .benchmarks build dist
