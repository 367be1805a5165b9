"""Shapes that do not fit in code that ``torch.compile`` compiles: the message has the line in the middle."""

from __future__ import annotations

import os
import re
import sys

from ptrepl.engine.record.record import one_line, short_label
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_FRAME = re.compile(
    r'^\s*File "(?P<file>[^"\n]*)", line \d+, in (?P<function>\S+)\n\s*(?P<code>\S[^\n]*)$', re.MULTILINE
)
_PRODUCT = re.compile(r"a and b must have same reduction dim, but got \[([\d, ]+)\] X \[([\d, ]+)\]")
_BROADCAST = re.compile(
    r"Attempting to broadcast a dimension of length \d+ at -?\d+! .* had torch\.Size\(\[([\d, ]*)\]\);"
    r".* broadcastable to \[([\d, ]*)\]"
)


def _failed(case: Case) -> Finding | None:
    place = _place(case.message)
    said = _reason(case.match["reason"])
    if place is None or said is None:
        return None
    function, code = place
    where = gettext(
        "torch.compile first runs {function} with tensors that have a shape and no values, and there `{code}` fails.",
        function=function,
        code=code,
    )
    eager = gettext(
        'torch.compiler.set_stance("force_eager") switches compiling off: then the error shows the place itself.'
    )
    return Finding(f"{where} {said} {eager}")


def _place(message: str) -> tuple[str, str] | None:
    """The innermost function of the learner's in the message, and its line."""
    folder = os.path.dirname(os.path.abspath(sys.modules["torch"].__file__ or ""))
    frames = _FRAME.finditer(message.partition("from user code:")[2])
    own = [each for each in frames if not each["file"].startswith(folder)]
    return (own[-1]["function"], short_label(one_line(own[-1]["code"]))) if own else None


def _reason(message: str) -> str | None:
    if found := _PRODUCT.search(message):
        left, right = map(_shape, found.groups())
        return gettext(
            "It multiplies {left} by {right}, and the last dim of the one is {size}, not {other}.",
            left=shape_text(left),
            right=shape_text(right),
            size=left[-1],
            other=right[0],
        )
    if found := _BROADCAST.search(message):
        one, other = map(_shape, found.groups())
        return gettext(
            "The shapes {one} and {other} cannot be broadcast: two sizes have to be equal, or one of them 1.",
            one=shape_text(other),
            other=shape_text(one),
        )
    return None


def _shape(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.split(",") if each.strip())


RULES = (
    Rule(
        "compiled",
        ("TorchRuntimeError",),
        r"Dynamo failed to run FX node with fake tensors: .*got \w+\((?P<reason>['\"].*?['\"])\)\n",
        _failed,
        more="modules/layer-input",
    ),
)
