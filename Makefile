# Four words: demo, test, check, clean. The first two install what they need into .venv; the tests also need a
# Label Studio server, which gets .venv-studio, a Chromium, and wrk, which puts load on a server.
PYTHON ?= python3
VENV := .venv
STUDIO := .venv-studio
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check clean tools
demo: $(VENV)/base
	$(BIN)/standpoint demo

test: $(VENV)/dev $(STUDIO)/server tools
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) $(STUDIO) build dist demo-output .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/base: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

$(VENV)/dev: $(VENV)/base
	$(PIP) torch==2.13.0  # first, alone and exactly: what else asks for torch may bring gigabytes for GPUs
	$(PIP) -e '.[dev,encoder]'
	touch $@

$(STUDIO)/server: constraints-studio.txt
	$(PYTHON) -m venv $(STUDIO)
	$(STUDIO)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-studio.txt label-studio
	touch $@

tools:
	@{ command -v chromium && command -v wrk; } >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk wrk >/dev/null; } \
		|| echo "chromium or wrk is missing, and tests are skipped; install chromium, fonts-noto-cjk and wrk"
