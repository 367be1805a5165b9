"""What every test stands on: an environment without surprises, and folders of its own to write to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

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


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test's own home folder: nothing is read from or written to the real one. Subprocesses inherit it."""
    home = tmp_path_factory.mktemp("home")
    for name in _TELLING:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("PTREPL_STATE", str(home / "state"))
    monkeypatch.setenv("PTREPL_CONFIG", str(home / "config"))
    return home


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("cuda") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")
