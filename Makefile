# Two commands: make run, make test. A virtual environment of its own in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?= chat

.PHONY: run test lint eval bench bench-slack bench-matrix demo-matrix fuzz train clean

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25'  # pip 23 fails on constraints beside extras
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25'  # pip 23 fails on constraints beside extras
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@ $(VENV)/.run

run: $(VENV)/.run
	@$(BIN)/nutgraf $(ARGS)

test: $(VENV)/.test
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: $(VENV)/.test
	$(BIN)/nutgraf eval

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench.digest

bench-slack: $(VENV)/.test  # 200 links pasted at once into a Slack on loopback, calm and killed; 4 minutes
	$(BIN)/python -m tests.bench.slack

bench-matrix: $(VENV)/.test  # 200 links pasted at once at a real Synapse on loopback, calm and killed; 4 minutes
	$(BIN)/python -m tests.bench.matrix

demo-matrix: $(VENV)/.test  # a homeserver on this machine to try nutgraf on, until Ctrl-C
	@$(BIN)/python -m tests.fakes.synapse

fuzz: $(VENV)/.test
	$(BIN)/python -m tests.bench.fuzz

train: $(VENV)/.run  # retrains the names model from ../shared/corpora, about 3 minutes
	$(BIN)/python -m bot.evaluate.train_names

clean:
	rm -rf $(VENV) build dist *.egg-info
