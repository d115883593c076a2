# Two commands: `make app` runs the course, `make test` checks everything. Both need only Python 3.11 or later.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= data

.PHONY: app test lint format zoo screenshots lock audit clean

app: $(VENV)/app.stamp
	$(BIN)/streamlit run streamlit_app.py

# Lint first: it answers in a second. Browser tests need a Chromium and say so if there is none. One thread for arithmetic,
# as a server has: two for each of two processes wait for each other, and the tests of the pages take 1.6 times as long.
test: $(VENV)/dev.stamp lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup

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

# What the container installs, with hashes: for Linux on x86-64, Python 3.11; torch, whose CPU build PyPI lacks, stands in
# requirements-torch.lock.
NOT_LOCKED := torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti \
  nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver \
  nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx
lock: $(VENV)-audit/stamp
	$(VENV)-audit/bin/uv pip compile requirements.txt --output-file requirements.lock --generate-hashes --quiet \
	  --python-version 3.11 --python-platform x86_64-unknown-linux-gnu --no-header --no-annotate \
	  $(addprefix --no-emit-package ,$(NOT_LOCKED))

# Exit code 0: none known to be vulnerable, 1: some are, 3: no advisory source could be asked about all of them.
audit: $(VENV)-audit/stamp
	@$(VENV)-audit/bin/python .ci/audit.py

$(VENV)-audit/stamp: requirements-audit.txt
	@test -x $(VENV)-audit/bin/python || $(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --requirement requirements-audit.txt
	@touch $@

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
	rm -rf $(VENV) $(VENV)-audit .pytest_cache .ruff_cache .hypothesis
