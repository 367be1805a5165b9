"""Rules are found in their folders, and asked in the order that their modules state."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from ptrepl.explain import rules
from ptrepl.explain.rules import table


def module(monkeypatch: pytest.MonkeyPatch, name: str, *before: str) -> ModuleType:
    made = ModuleType(f"{rules.__name__}.{name}")
    made.RULES = (name,)  # type: ignore[attr-defined]
    made.BEFORE = before  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


def asked(monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> list[str]:
    monkeypatch.setattr(table, "_modules", lambda: list(modules))
    return [str(rule) for rule in table.all_rules.__wrapped__()]


def test_every_module_with_rules_is_asked() -> None:
    folder = Path(table.__file__).parent
    written = {path.relative_to(folder) for path in folder.rglob("*.py") if "\nRULES = (" in path.read_text("utf-8")}
    found = {rule.rule.__module__.removeprefix(f"{rules.__name__}.") for rule in table.all_rules()}
    assert {".".join(path.with_suffix("").parts) for path in written} == found


def test_two_folders_may_have_files_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    both = module(monkeypatch, "saving.device"), module(monkeypatch, "devices.device")
    assert asked(monkeypatch, *both) == ["devices.device", "saving.device"]


def test_what_a_module_states_is_stronger_than_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    both = module(monkeypatch, "shapes.view", "arrays.numpy"), module(monkeypatch, "arrays.numpy")
    assert asked(monkeypatch, *both) == ["shapes.view", "arrays.numpy"]


def test_a_name_that_no_module_has_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LookupError, match="'numpy', and no module of rules is called so"):
        asked(monkeypatch, module(monkeypatch, "shapes.view", "numpy"), module(monkeypatch, "arrays.numpy"))
