# What one does with 真查, one word each. Set-up lives in deploy/prepare.py; recipes only call.
.DEFAULT_GOAL := help
.PHONY: help run test check e2e bench demo migrate python

VENV   := .venv/bin
PYTHON  = $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PREPARE = $(PYTHON) deploy/prepare.py
# Whatever the shell says: compiled anew, our modules take each process a second before it starts.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: python ## set up what is missing and serve on http://127.0.0.1:8000 (PORT=… overrides)
	@$(PREPARE) run && exec $(VENV)/flask --app app serve --history

test: python ## everything: units, contracts, pages, browser; on SQLite and on PostgreSQL
	@$(PREPARE) test && exec $(VENV)/python -m pytest -n 2 --dist worksteal tests

check: python ## style, types, floors, and the same for JavaScript
	@$(PREPARE) test
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	PATH="$(CURDIR)/$(VENV):$$PATH" npm run --silent check
	PATH="$(CURDIR)/$(VENV):$$PATH" npm test --silent

e2e: python ## only the browser tests
	@$(PREPARE) test && exec $(VENV)/python -m pytest tests/e2e

bench: python ## measurements; budgets are ratios within one run
	@$(PREPARE) test && exec $(VENV)/python -m tests.benchmarks

demo: python ## the main job once, in a headless browser; the signed PDF lands in var/demo
	@$(PREPARE) test && exec $(VENV)/python -m tests.e2e.demo

migrate: python ## bring the database to the newest schema
	@$(PREPARE) run && exec $(VENV)/flask --app app migrate

python:
	@test -n "$(PYTHON)" || { echo "真查 needs Python 3.11 or newer: apt-get install python3 (Debian 12 and later), then run make again." >&2; exit 1; }
