# Every command goes through the launcher, which first makes .venv with whatever Python there is.
PYTHON ?= python3
LAUNCH = $(PYTHON) config/launcher/bootstrap.py

.PHONY: help install demo demo-reset web worker beat test test-slow screenshots bench

help: ## these lines
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F '\t' '{ printf "make %-11s %s\n", $$1, $$2 }'

demo: ## set everything up and run it with a demo programme at http://127.0.0.1:8000 (or PORT)
	@$(LAUNCH) demo

demo-reset: ## forget the demo's data; the next `make demo` starts anew
	@$(LAUNCH) demo-reset

install: ## the same set-up without starting anything
	@$(LAUNCH) install

web: ## the web server alone, from the environment (PORT, WEB_WORKERS)
	@$(LAUNCH) web

worker: ## the worker alone, from the environment
	@$(LAUNCH) worker

beat: ## the clock that nudges the worker, alone, from the environment
	@$(LAUNCH) beat

test: ## every check and every test, on real servers and in a real browser
	@$(LAUNCH) test

test-slow: ## crash, scale, fuzz and restore runs (PART=name for one part)
	@$(LAUNCH) test-slow $(PART)

screenshots: ## a picture of every page as each role, at 360 and 1280 px, into var/screenshots
	@$(LAUNCH) screenshots

bench: ## the benchmarks: a table of ratios, and bench/results.json (SIZE=10000,100000 or 1m; ONLY=pages,search,steps,bulk,files,form,imports)
	@SIZE="$(SIZE)" ONLY="$(ONLY)" $(LAUNCH) bench
