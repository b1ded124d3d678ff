# Tieout. `make help` lists what can be done here.

ifndef PYTHON
PYTHON := $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; exit; }; done; \
  command -v python3 || command -v python)
endif
VENV := .venv
RUN := $(VENV)/bin/python
WORKERS ?= 2
# Tests that wait for servers a third of their time: one more than processors.
WAITERS ?= 3
# What takes longest begins first, so that no processor waits for it at the end.
LONGEST := tests/integration/loop tests/integration/marts tests/scenarios
SHORTER := $(filter-out $(LONGEST),$(patsubst %/,%,$(wildcard tests/integration/*/)))
PYTEST := $(RUN) -m pytest -q
export PYTHONPATH := plugins:.
export DO_NOT_TRACK := 1
export SCARF_ANALYTICS := false
export GX_ANALYTICS_ENABLED := false
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help setup demo up down clean status health summary airflow backup restore verify-audit check lint types sql \
        dbt-parse dags unit integration e2e test test-all bench chaos vendor-model lock validate-config format \
        dictionary

help: ## show this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

setup: ## check the machine and make the Python environment
	@$(PYTHON) -c '' 2>/dev/null || { echo "Tieout needs Python 3.11 or newer, and '$(PYTHON)' does not run:" \
	  "install one, or name one: make PYTHON=/path/to/python3.11 demo" >&2; exit 1; }
	@env -u PYTHONPATH $(PYTHON) launcher/bootstrap.py

# -- the running stack ------------------------------------------------------------------------------------------------

demo: setup ## set everything up, play days, print what came out; everything stays up
	@$(RUN) -m launcher demo

up: setup ## start everything without playing days
	@$(RUN) -m launcher up

down: setup ## stop everything; what was written stays
	@$(RUN) -m launcher down

clean: setup ## stop everything and remove what it wrote
	@$(RUN) -m launcher clean

status: setup ## say what runs, and where
	@$(RUN) -m launcher status

health: setup ## whether Airflow, the warehouse and `watch` are well; for cron: exit status 0 or 1
	@$(RUN) -m launcher.health

summary: setup ## print what the demo prints at its end
	@$(RUN) -m launcher summary

airflow: setup ## run an airflow command beside the running stack: make airflow args="dags list"
	@$(RUN) -m launcher airflow $(args)

backup: setup ## write the warehouse to a file: make backup file=…
	@$(RUN) -m launcher backup "$(file)"

restore: setup ## put a backup in the stopped warehouse's place: make restore file=…
	@$(RUN) -m launcher restore "$(file)"

verify-audit: setup ## verify the audit trail and its anchors; of a warehouse elsewhere its chain: dsn=…
	@$(if $(dsn),$(RUN) -m tieout.audit verify --dsn "$(dsn)",$(RUN) -m launcher verify-audit)

# -- checks and tests -------------------------------------------------------------------------------------------------

check: setup ## ruff, mypy, sqlfluff, dbt parse, DAG integrity, data dictionary, side by side
	@$(MAKE) --no-print-directory --jobs=$(WORKERS) --output-sync=target types sql lint dbt-parse dags dictionary

lint: setup ## ruff, with Airflow's rules, and formatting
	@echo "ruff"
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --quiet --check . || { echo "Run \`make format\`." >&2; exit 1; }

types: setup ## mypy
	@echo "mypy"
	@$(RUN) -m mypy --no-error-summary $(wildcard launcher plugins/tieout expectations sandbox dags bench chaos)

sql: setup ## sqlfluff on the dbt models
	@if [ -d dbt_project/models ]; then \
	  echo "sqlfluff"; $(RUN) -m sqlfluff lint --processes $(WORKERS) --disable-progress-bar dbt_project/models; fi

dbt-parse: setup ## dbt parse
	@if [ -f dbt_project/dbt_project.yml ]; then echo "dbt parse"; $(RUN) -m launcher.dbt; fi

dags: setup ## integrity of the DAG files
	@if [ -d tests/dags ]; then echo "DAG integrity"; $(PYTEST) tests/dags; fi

dictionary: setup ## whether docs/data_dictionary.md says what contracts and models say
	@echo "data dictionary"
	@$(RUN) -m tieout.warehouse.dictionary --check

unit: setup ## unit tests: no file, network or database
	@echo "unit tests"
	@$(PYTEST) -n $(WORKERS) tests/unit

integration: setup ## tests with an embedded PostgreSQL, real HTTP and SFTP servers
	@echo "integration tests"
	@$(PYTEST) -n $(WAITERS) --no-loadscope-reorder -m "not slow" $(LONGEST) $(SHORTER)

e2e: setup ## the short end-to-end test: one Airflow, two entities
	@if [ -d tests/e2e ]; then echo "end-to-end test"; $(PYTEST) -m "not slow" tests/e2e; fi

test: check unit integration e2e ## everything that must pass, some twenty minutes

test-all: test ## the long tests too: full size, replays, repeated demos
	@$(PYTEST) -m slow tests

bench: setup ## print throughput and ratios; quick: make bench only=match size=20000
	@TIEOUT_BENCH_SIZE="$(size)" $(RUN) -m bench $(only)

chaos: setup ## faults under load, nothing lost or doubled: make chaos seed=7 faults=kill_postgres,late_answers
	@$(RUN) -m chaos $(if $(seed),--seed $(seed)) $(if $(faults),--faults $(faults)) $(if $(intervals),--intervals $(intervals))

# -- upkeep -----------------------------------------------------------------------------------------------------------

format: setup ## put every Python file into the house's format
	@$(RUN) -m ruff check --quiet --fix . && $(RUN) -m ruff format --quiet .

validate-config: setup ## check config/ whole; with a warehouse's dsn=… against what that knows, too
	@$(RUN) -m tieout.configuration.validate $(if $(dsn),--dsn "$(dsn)")

vendor-model: setup ## train the model of vendor resolution on made-up vendors and measure it
	@$(RUN) -m sandbox.vendors --part training --seed 11 --organisations 20000 .tieout/vendors/training.csv
	@$(RUN) -m sandbox.vendors --part training --seed 21 --organisations 12000 .tieout/vendors/held_out.csv
	@$(RUN) -m sandbox.vendors --part test --seed 2026 --organisations 20000 .tieout/vendors/test.csv
	@$(RUN) -m tieout.resolution.train .tieout/vendors/training.csv .tieout/vendors/held_out.csv
	@$(RUN) -m tieout.resolution.evaluate .tieout/vendors/test.csv tests/fixtures/patstat/patstat_reference.csv

lock: setup ## compile requirements.in into requirements.txt
	@$(RUN) -m launcher.lock requirements.in requirements.txt
	@$(RUN) -m launcher.lock requirements-compose.in requirements-compose.txt
