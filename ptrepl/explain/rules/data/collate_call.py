"""A collate_fn with a parameter for each part of a sample: DataLoader gives it one list, of whole samples."""

from __future__ import annotations

import types
from typing import Any

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.operands.library_frame import locals_around
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _parameters(case: Case) -> Finding | None:
    """``def collate(x, y): …``."""
    fetcher = locals_around(case, "fetch", "torch/utils/data/_utils/fetch.py").get("self")
    function: Any = own_dict(fetcher).get("collate_fn")
    if type(function) is not types.FunctionType or function.__code__.co_name != case.match["name"]:
        return None
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    if len(names) < 2:
        return None
    text = gettext(
        "DataLoader calls {function} with one argument, the list of the samples of a batch, and it has {count} "
        "parameters. Inside, zip takes the samples apart: def {function}(batch): {names} = zip(*batch).",
        function=code.co_name,
        count=len(names),
        names=", ".join(names),
    )
    return Finding(text)


BEFORE = (
    "arrays.keyword_only",
    "arrays.argument_types",
    "arrays.missing_argument",
    "data.collate",
    "data.dataset",
    "modules.subclass",
    "saving.not_a_state_dict",
    "saving.path",
)

RULES = (
    Rule(
        "parameters of collate_fn",
        ("TypeError",),
        r"^(?P<name>\w+)\(\) missing \d required positional arguments?:",
        _parameters,
        "data/collate",
        only_torch=False,
    ),
)
