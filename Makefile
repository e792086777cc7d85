# Everything that a developer types. It needs a Python from 3.11 on, make and a POSIX shell; the rest goes into .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN  := $(VENV)/bin
ifndef FLAVOUR
FLAVOUR := $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
endif
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11 python3.14 python; do \
            $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
              && echo $$python && break; done)
endif
INSTALLED := $(VENV)/.installed-$(FLAVOUR)
TESTABLE  := $(VENV)/.testable
TRAINABLE := $(VENV)/.trainable

HTTP_PORT    ?= 8080
GRPC_PORT    ?= 50051
METRICS_PORT ?= 9464

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
          --no-emit-find-links --no-emit-package vivavoce --no-annotate --no-header

# pip says much: the packages are enough, and all of it if something goes wrong.
define PIP_INSTALL
echo "pip install $(1)"; \
{ $(BIN)/python -m pip install --disable-pip-version-check $(1) 2>&1 && echo done; } | tee $(VENV)/pip.log | \
  awk 'sub(/^ *(Downloading|Using cached) /, "  ") { print; fflush() } /^Installing/ { print "  unpacking"; fflush() }'; \
tail -n 1 $(VENV)/pip.log | grep -qx done || { tail -n 40 $(VENV)/pip.log; exit 1; }
endef

define LINT
failed=0; for check in "ruff check" "ruff format --check" "mypy" "buf lint" "buf format --diff --exit-code proto" \
    "buf breaking proto --against proto/released.binpb"; do \
  echo "$$check"; PATH="$(abspath $(BIN)):$$PATH" $$check || failed=1; \
done
endef

.PHONY: help up test test-training lint proto release install lock clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo "  Variables: HTTP_PORT GRPC_PORT METRICS_PORT, FLAVOUR=cpu|gpu (here: $(FLAVOUR)), PYTHON=$(PYTHON)"

up: $(INSTALLED) ## service and Envoy in this terminal; Ctrl-C ends both
	@exec $(BIN)/vivavoce up --http-port $(HTTP_PORT) --grpc-port $(GRPC_PORT) --metrics-port $(METRICS_PORT)

test: $(TESTABLE) ## the gate: lint, then every test that needs no GPU
	@$(LINT); $(BIN)/python -m pytest tests/unit tests/rpc tests/edge || failed=1; [ $$failed = 0 ]

test-training: $(TRAINABLE) ## the training of the embedded voice, on a few made recordings
	$(BIN)/python -m pytest --training tests/training

lint: $(TESTABLE) ## ruff, mypy, buf; all of them, whatever the first one says
	@$(LINT); [ $$failed = 0 ]

proto: $(TESTABLE) ## what is generated from proto/: service/vivavoce/pb and edge/speech.binpb
	$(BIN)/python -m grpc_tools.protoc -Ivivavoce/pb=proto/speech/v1 -Ithird_party/googleapis \
	  --python_out=service --pyi_out=service --grpc_python_out=service --mypy_grpc_out=service \
	  --plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc vivavoce/pb/speech.proto
	$(BIN)/buf build --as-file-descriptor-set --exclude-source-info -o edge/speech.binpb

release: $(TESTABLE) ## at a release: the contract that later changes may not break
	$(BIN)/buf build proto --exclude-source-info -o proto/released.binpb

install: $(INSTALLED) ## .venv with what `make up` needs; the GPU runtime where there is an NVIDIA GPU

lock: ## requirements/*.txt from pyproject.toml (needs uv)
	$(LOCK) pyproject.toml --extra cpu --extra edge --group build -o requirements/cpu.txt
	$(LOCK) pyproject.toml --extra gpu --extra edge --group build -o requirements/gpu.txt
	$(LOCK) --group pyproject.toml:test -c requirements/cpu.txt -o requirements/test.txt

clean: ## remove .venv and all caches
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache examples/node/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The two runtimes overwrite each other's files, so a change of flavour starts afresh.
$(INSTALLED): requirements/$(FLAVOUR).txt pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or later, with venv, is not here: make PYTHON=/path/to/python3"; exit 1; }
	@if [ ! -x $(BIN)/python ] || [ -n "$(filter-out $@,$(wildcard $(VENV)/.installed-*))" ]; then \
	  $(PYTHON) -m venv --clear $(VENV); fi
	@$(call PIP_INSTALL,--require-hashes -r requirements/$(FLAVOUR).txt)
	@$(call PIP_INSTALL,--no-deps --no-build-isolation -e .)
	@touch $@

$(TESTABLE): requirements/test.txt $(INSTALLED)
	@$(call PIP_INSTALL,--require-hashes -r requirements/test.txt)
	@touch $@

# Not locked: what trains a voice is not what serves it.
$(TRAINABLE): pyproject.toml $(TESTABLE)
	@$(call PIP_INSTALL,-e '.[training]')
	@touch $@
