# Needs python3 (3.10 or newer, with venv and headers), a C++17 compiler, cmake and make (see .ci/system-packages);
# the rest comes from PyPI.
# Variables can be given on the command line, for example: make test VENV=/elsewhere PYTEST_ARGS="-k cast"
PYTHON ?= python3
VENV ?= .venv
BUILD ?= build
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
WERROR ?= OFF
PYTEST_ARGS ?=
DEMO_ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := pyproject.toml README.md CMakeLists.txt \
  $(shell find cmake cpp bindings hls_kernels python -type f -not -path '*/.*' -not -name '*.py[co]' 2>/dev/null)
CXX_FILES := $(shell find cpp bindings examples hls_kernels tests benchmarks -name '*.[ch]pp' -o -name '*.h' 2>/dev/null)
CMAKE_FILES := CMakeLists.txt cmake examples/framework tests/packaging/consumer
CONFIGURE := cmake -S . -DISOBIT_BUILD_TESTS=ON -DISOBIT_WERROR=$(WERROR) \
  -DPython_EXECUTABLE="$(abspath $(BIN)/python)" -DCMAKE_REQUIRE_FIND_PACKAGE_ApTypes=ON
# ThreadSanitizer of some compilers cannot place its shadow memory when addresses are widely randomised.
NO_ASLR := $(shell setarch -R true 2>/dev/null && echo setarch -R)
# A class of tests stays in one process: the suite of the layers counts what a class has drawn (tests/cells/conftest.py).
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadscope --no-loadscope-reorder
CTEST := ctest --output-on-failure --no-tests=error --parallel $(JOBS)

MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test test-all cpp-test sanitize lint format bench clean

help:
	@echo "make demo      the jet tagger: loaded, quantized, verified, profiled, timed"
	@echo "make test      the tests, without the slow ones"
	@echo "make test-all  every test, with Keras, PyTorch and tree libraries; the C++ tests, also under sanitizers"
	@echo "make cpp-test  the C++ tests"
	@echo "make sanitize  the C++ tests under ASan and UBSan, then under TSan"
	@echo "make lint      ruff, mypy, clang-format and gersemi; make format applies what they can"
	@echo "make bench     the benchmarks, with all peers: table, JSON and plots in $(BUILD)/benchmarks"
	@echo "make clean     remove $(BUILD)/ (the environment $(VENV)/ stays)"

demo: $(VENV)/.package $(VENV)/.extra-demo
	$(BIN)/isobit demo $(DEMO_ARGS)

test: $(VENV)/.package $(VENV)/.extra-test
	$(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-all: $(addprefix $(VENV)/,.package .extra-test .extra-keras .extra-torch .extra-trees) cpp-test sanitize
	$(PYTEST) $(PYTEST_ARGS)

# The environment provides the vendor's ap_fixed headers (an hls4ml wheel) that the ap_* tests compare with.
cpp-test: $(VENV)/.extra-test
	$(CONFIGURE) -B $(BUILD)/cpp
	cmake --build $(BUILD)/cpp --parallel $(JOBS)
	$(CTEST) --test-dir $(BUILD)/cpp

sanitize: sanitize-address,undefined sanitize-thread

sanitize-%: $(VENV)/.extra-test
	$(CONFIGURE) -B $(BUILD)/sanitize-$* -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O1 \
	  -DISOBIT_SANITIZE=$*
	cmake --build $(BUILD)/sanitize-$* --parallel $(JOBS)
	$(NO_ASLR) $(CTEST) --test-dir $(BUILD)/sanitize-$*

lint: $(VENV)/.extra-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)
	$(BIN)/gersemi --check $(CMAKE_FILES)

format: $(VENV)/.extra-dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)
	$(BIN)/gersemi --in-place $(CMAKE_FILES)

bench: $(VENV)/.package $(VENV)/.extra-benchmark
	for file in benchmarks/bench_*.py benchmarks/scaling.py; do $(BIN)/python "$$file" || exit 1; done
	cmake -S . -B $(BUILD)/bench -DISOBIT_BUILD_BENCHMARKS=ON -DPython_EXECUTABLE="$(abspath $(BIN)/python)"
	cmake --build $(BUILD)/bench --parallel $(JOBS)
	for program in $(BUILD)/bench/bench_*; do "$$program" || exit 1; done

clean:
	rm -rf $(BUILD)

$(BIN)/python:
	PYTHON="$(PYTHON)" .ci/system-packages
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade pip

# The wheel that users would get, rebuilt when a source changed. Extras are installed on top of it, so that
# asking for another extra does not compile anything.
$(VENV)/.package: $(SOURCES) | $(BIN)/python
	rm -rf $(BUILD)/dist
	$(PIP) wheel --no-deps --wheel-dir $(BUILD)/dist .
	$(PIP) install --no-deps --force-reinstall $(BUILD)/dist/isobit-*.whl
	@touch $@

# Not a prerequisite on .package: editing a source must not make `make lint` compile it. But the wheel names
# what an extra needs, so it must be there and not be older than pyproject.toml.
$(VENV)/.extra-%: pyproject.toml
	@test $(VENV)/.package -nt pyproject.toml -a -d $(BUILD)/dist || rm -f $(VENV)/.package
	@test -e $(VENV)/.package || $(MAKE) $(VENV)/.package
	$(PIP) install "$$(echo $(BUILD)/dist/isobit-*.whl)[$*]"
	@touch $@
