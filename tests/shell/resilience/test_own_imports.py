"""Which code finds its modules where: ours, a library's on our behalf, the learner's."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import CodeType

import pytest

from ptrepl.folders import PACKAGE
from ptrepl.shell.resilience.own_imports import OwnImports, find_our_own_first, put_first

LIBRARY = os.path.dirname(os.__file__)


def code(text: str, filename: str) -> CodeType:
    return compile(text, filename, "exec")


@pytest.mark.parametrize(
    ("files", "is_ours"),
    [
        ([f"{PACKAGE}/screen/prose.py"], True),
        ([f"{PACKAGE}/screen/prose.py", f"{LIBRARY}/json/decoder.py"], True),
        ([f"{PACKAGE}/screen/prose.py", f"{LIBRARY}/json/decoder.py", "<string>"], True),
        ([f"{PACKAGE}/engine/run/execution.py", "<ptrepl-3>"], False),
        ([f"{PACKAGE}/engine/run/execution.py", "<ptrepl import>"], False),
        ([f"{PACKAGE}/engine/run/execution.py", "<ptrepl-3>", f"{LIBRARY}/json/decoder.py"], False),
        ([f"{PACKAGE}/engine/run/execution.py", "/home/ada/train.py"], False),
        ([f"{PACKAGE}/engine/run/execution.py", "/home/ada/train.py", "<string>", f"{LIBRARY}/abc.py"], False),
    ],
)
def test_who_imports(files: list[str], is_ours: bool, tmp_path: Path) -> None:
    (tmp_path / "difflib.py").write_text("")
    finder = OwnImports([LIBRARY])
    # the innermost file asks the finder, as an import there does
    text = "found = finder.find_spec('difflib')"
    for name in reversed(files):
        text = f"exec(compile({text!r}, {name!r}, 'exec'))"
    scope = {"finder": finder}
    exec(text, scope)
    spec = scope.get("found")
    assert (spec is not None) is is_ours
    if is_ours:
        assert spec.origin == os.path.join(LIBRARY, "difflib.py")  # type: ignore[attr-defined]


def test_the_current_folder_is_none_of_ours_though_the_path_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["first", str(tmp_path), "", ".", LIBRARY])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, OwnImports)]
    find_our_own_first()
    find_our_own_first()
    (finder,) = [each for each in sys.meta_path if isinstance(each, OwnImports)]
    assert finder is sys.meta_path[0]
    assert finder._path == [LIBRARY]
    put_first("mine")
    assert sys.path[0] == ("first" if getattr(sys.flags, "safe_path", False) else "mine")
