"""``from torch.utils import DataLoader``: a name of torch that is imported from another place than its own."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near, of_module
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_HOMES = ("torch.utils.data", "torch.nn", "torch", "torch.optim", "torch.nn.functional", "torch.optim.lr_scheduler")


def _from_elsewhere(case: Case) -> Finding | None:
    statement = case.site.line
    if not isinstance(statement, ast.ImportFrom) or statement.level or statement.module is None:
        return None
    if statement.module.partition(".")[0] != "torch":
        return None
    names = [each.name for each in statement.names]
    asked = case.match.groupdict().get("name") or names[0]
    found = next(_places(asked), None)
    if found is None:
        return None
    home, right = found
    if right == asked:
        text = gettext("{name} is in {home}, not in {module}.", name=asked, home=home, module=statement.module)
    else:
        text = gettext(
            "{module} has no {name}. There is {right} in {home}.",
            module=statement.module,
            name=asked,
            right=right,
            home=home,
        )
    there = of_module(sys.modules[home])
    new = [right if each == asked else each for each in names]
    if any(each not in there for each in new) or any(each.asname for each in statement.names):
        return Finding(text)
    code = f"from {home} import {', '.join(new)}"  # not a sentence: Python
    return Finding(text, verified(case, Candidate(code, replaces_line=True)))


def _a_class(case: Case) -> Finding | None:
    """``import torch.nn.Module``: a class, and no module."""
    match case.site.line:
        case ast.Import(names=[ast.alias(name=path, asname=None)]):
            pass
        case _:
            return None
    home, _, name = path.rpartition(".")
    held = of_module(sys.modules[home]).get(name) if home in sys.modules else None
    if held is None or type(held) is types.ModuleType:
        return None
    text = gettext("{path} is no module, but a name in the module {home}.", path=path, home=home)
    code = f"from {home} import {name}"  # not a sentence: Python
    return Finding(text, verified(case, Candidate(code, replaces_line=True)))


def _places(name: str) -> Iterator[tuple[str, str]]:
    """Where torch has ``name``, or one that looks like it: the module and the name."""
    loaded = [(home, of_module(sys.modules[home])) for home in _HOMES if home in sys.modules]
    yield from ((home, name) for home, names in loaded if name in names)
    for home, names in loaded:
        own = [each for each, held in names.items() if type(held) is not types.ModuleType]
        yield from ((home, each) for each in near(name, own, 0.85)[:1])


BEFORE = ("saving.unsafe_file", "python.missing")

RULES = (
    Rule(
        "import place",
        ("ImportError",),
        r"^cannot import name '(?P<name>\w+)' from 'torch[\w.]*'|^No module named 'torch\.[\w.]+'",
        _from_elsewhere,
        more="data/imports",
        only_torch=False,
    ),
    Rule(
        "class import",
        ("ModuleNotFoundError",),
        r"^No module named 'torch\.[\w.]+'",
        _a_class,
        more="data/imports",
        only_torch=False,
    ),
)
