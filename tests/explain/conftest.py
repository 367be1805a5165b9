"""What every test of the explanations has: time enough, and code in each sentence that can be typed."""

from __future__ import annotations

import ast
import sys

import pytest

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


@pytest.fixture(autouse=True)
def _advice_is_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of advice that Python cannot parse fails the test in which it is given."""
    for name, module in list(sys.modules.items()):
        if name.startswith("ptrepl.explain.") and getattr(module, "gettext", None) is messages.gettext:
            monkeypatch.setattr(module, "gettext", _checked)
