"""What is put back of our libraries, and what is left as the learner wants it."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from unittest.mock import Mock

import pytest

from ptrepl.engine.plotting.offer import offer_backend, withdraw_backend
from ptrepl.shell.resilience.put_back import Libraries


def test_what_is_broken_comes_back_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    libraries = Libraries()
    kept = json.dumps, os.environ, sys.path, list(sys.meta_path)
    for target, name in ((json, "dumps"), (os, "environ"), (sys, "path")):
        monkeypatch.setattr(target, name, None)
    monkeypatch.setattr(sys, "meta_path", [])
    assert sorted(libraries.put_back()) == ["json.dumps", "os.environ", "sys.meta_path", "sys.path"]
    assert (json.dumps, os.environ, sys.path, list(sys.meta_path)) == kept
    assert libraries.put_back() == []


def test_what_still_can_be_what_it_was_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    libraries = Libraries()

    def always_noon() -> float:
        return 12.0

    monkeypatch.setattr(os, "getcwd", lambda: "/home/ada")
    monkeypatch.setattr(json, "loads", always_noon)
    monkeypatch.setattr(sys, "path", [*sys.path, "mine"])
    monkeypatch.setitem(sys.modules, "mine", json)
    monkeypatch.setattr(time, "my_own", 3, raising=False)
    assert [name for name in libraries.put_back() if name != "os.getcwd"] == []
    assert json.loads is always_noon
    assert sys.path[-1] == "mine"
    assert time.my_own == 3  # type: ignore[attr-defined]


def test_a_module_that_was_taken_out_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    libraries = Libraries()
    monkeypatch.delitem(sys.modules, "json")
    assert libraries.put_back() == ["sys.modules"]
    assert sys.modules["json"] is json


def test_our_own_finder_that_has_found_matplotlib_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    offer_backend(Mock())
    try:
        libraries = Libraries()
        importlib.import_module("matplotlib")
        assert libraries.put_back() == []
        monkeypatch.setattr(sys, "meta_path", [])
        assert libraries.put_back() == ["sys.meta_path"]
        assert not any(hasattr(finder, "is_done") for finder in sys.meta_path)
    finally:
        withdraw_backend()


class _Waits:
    """A finder that goes by itself, as the one that waits for matplotlib does, and those of many libraries."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        return None


@pytest.mark.parametrize("gone", [0, -1])
def test_a_finder_that_goes_by_itself_was_not_replaced(monkeypatch: pytest.MonkeyPatch, gone: int) -> None:
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    sys.meta_path.insert(0 if gone == 0 else len(sys.meta_path), _Waits())
    libraries = Libraries()
    del sys.meta_path[gone]
    assert "sys.meta_path" not in libraries.put_back()
