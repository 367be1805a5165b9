"""What every test stands on: an environment without surprises, and folders of its own to write to."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from ptrepl.tutor.verify.huge_pages import use_huge_pages

# two test processes share the machine: more threads than that only wait for one another
os.environ["OMP_NUM_THREADS"] = "1"

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", deadline=None, max_examples=1000)
settings.load_profile("suite")

# each of these changes what a program prints, and some are set on the machines that tests run on
_TELLING = (
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "COLUMNS",
    "FORCE_COLOR",
    "LINES",
    "NO_COLOR",
    "PYTHONBREAKPOINT",
    "PYTHONINSPECT",
    "PYTHONIOENCODING",
    "PYTHONSTARTUP",
    "PYTHONUTF8",
    "PYTHONWARNINGS",
    "TORCH_LOGS",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
)


for _name in _TELLING:
    os.environ.pop(_name, None)
os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
# what is compiled is kept, whatever the machine says: else each worker and each program that starts cold compiles all
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# a run that was started in the background or by nohup ignores these, and its programs would too
for _signal in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT) if hasattr(signal, "SIGHUP") else ():
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, signal.default_int_handler if _signal == signal.SIGINT else signal.SIG_DFL)
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test's own home folder: nothing is read from or written to the real one. Subprocesses inherit it."""
    # neither mktemp nor monkeypatch: the one reads the names of all folders before, and each test sets all of these
    home = tmp_path_factory.getbasetemp() / f"home-{next(_numbers)}"
    home.mkdir()
    os.environ["HOME"] = str(home)
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        os.environ[name] = f"{home}/{name.lower()}"
    os.environ["PTREPL_STATE"] = f"{home}/state"
    os.environ["PTREPL_CONFIG"] = f"{home}/config"
    return home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What forks comes first: a fork takes four times as long in a process that has run thousands of tests."""
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/tutor/", "tests/lessons/")))


def pytest_collection_finish() -> None:
    """Nothing that the test modules imported is garbage: a full collection would look at all of torch each time."""
    if "torch" in sys.modules:
        # the first optimizer imports much, and circles of frames remain of that
        sys.modules["torch"].optim.SGD([sys.modules["torch"].ones(1)])
    gc.collect()
    gc.freeze()
    use_huge_pages()  # what forks then copies a fifth of the pages


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("cuda") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")
