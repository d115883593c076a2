# Two commands: `make app` runs the course, `make test` checks everything. Both need only Python 3.11 or later.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= data

.PHONY: app test lint format zoo screenshots clean

app: $(VENV)/app.stamp
	$(BIN)/streamlit run streamlit_app.py

# Lint first: it answers in a second. Browser tests need a Chromium and say so if there is none.
test: $(VENV)/dev.stamp lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Trains what the zoo lacks; MNIST is downloaded to DATA unless it is there.
zoo: $(VENV)/dev.stamp
	$(BIN)/python -m vae_core sweep --data $(DATA)

screenshots: $(VENV)/dev.stamp
	$(BIN)/python -m tests.browser.screenshots screenshots

$(VENV)/app.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name one with: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-train.txt requirements-dev.txt $(VENV)/app.stamp
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
