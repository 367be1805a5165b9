"""What every test of the explanations has: time enough, and code in each sentence that can be typed."""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import ptrepl.explain
from ptrepl.texts import messages

_CODE = ("code", "loop")
"""The fields of sentences that hold what the learner should type."""
_UNFINISHED = ("", ": pass", " pass", " = 0")
"""What makes a statement of the first line of a loop, and of a target."""


def _can_be_typed(text: str) -> bool:
    for each in _UNFINISHED:
        try:
            ast.parse(text + each)
        except SyntaxError:
            continue
        return True
    return "…" in text


def _checked(sentence: str, /, **fields: object) -> str:
    for name in _CODE:
        assert _can_be_typed(str(fields.get(name, ""))), (sentence, fields)
    return messages.gettext(sentence, **fields)


@functools.cache
def _with_sentences() -> tuple[ModuleType, ...]:
    names = [name for _, name, _ in pkgutil.walk_packages(ptrepl.explain.__path__, "ptrepl.explain.")]
    modules = map(importlib.import_module, names)
    return tuple(module for module in modules if getattr(module, "gettext", None) is messages.gettext)


@pytest.fixture(scope="module", autouse=True)
def _advice_is_code() -> Iterator[None]:
    """A line of advice that Python cannot parse fails the test in which it is given."""
    with pytest.MonkeyPatch.context() as patch:
        for module in _with_sentences():
            patch.setattr(module, "gettext", _checked)
        yield
