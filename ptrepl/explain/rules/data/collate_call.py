"""A collate_fn with a parameter for each part of a sample: DataLoader gives it one list, of whole samples."""

from __future__ import annotations

import ast
import linecache
import types
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_around
from ptrepl.explain.provenance.origins import parsed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext


def _parameters(case: Case) -> Finding | None:
    """``def collate(x, y): …``."""
    if (at_once := _called_at_once(case)) is not None:
        return at_once
    fetcher = locals_around(case, "fetch", "torch/utils/data/_utils/fetch.py").get("self")
    function: Any = own_dict(fetcher).get("collate_fn")
    if type(function) is not types.FunctionType or function.__code__.co_name != case.match["name"]:
        return None
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    if len(names) < 2:
        return None
    if _takes_apart(function, names[0]) or names[0] in ("batch", "samples", "data", "examples"):
        text = gettext(
            "DataLoader calls {function} with one argument, the list of the samples of a batch, so nothing is given "
            "for {more}. A lambda gives it: collate_fn=lambda {first}: {function}({first}, …), with the value in the "
            "place of ….",
            function=code.co_name,
            more=every(names[1:]),
            first=names[0],
        )
        return Finding(text)
    text = gettext(
        "DataLoader calls {function} with one argument, the list of the samples of a batch, and it has {count} "
        "parameters. Inside, zip takes the samples apart: def {function}(batch): {names} = zip(*batch).",
        function=code.co_name,
        count=len(names),
        names=", ".join(names),
    )
    return Finding(text)


def _takes_apart(function: types.FunctionType, name: str) -> bool:
    """Whether the function itself has ``zip(*batch)``, or goes over it, so that its first parameter is the batch."""
    source = "".join(linecache.getlines(function.__code__.co_filename))
    tree = parsed(source)
    found = next((each for each in tree.body if _is_it(each, function)), None) if tree is not None else None
    for each in ast.walk(found) if found is not None else ():
        match each:
            case (
                ast.Call(func=ast.Name(id="zip"), args=[ast.Starred(value=ast.Name(id=used))])
                | ast.For(iter=ast.Name(id=used))
                | ast.comprehension(iter=ast.Name(id=used))
            ):
                if used == name:
                    return True
    return False


def _called_at_once(case: Case) -> Finding | None:
    """``DataLoader(data, collate_fn=collate())``."""
    above = case.parents[0] if case.parents else None
    match case.node:
        case ast.Call(func=func, args=[], keywords=[]) if isinstance(above, ast.keyword) and above.arg == "collate_fn":
            pass
        case _:
            return None
    name = segment(case.site.source, func)
    text = gettext(
        "{name}() calls the function at once, without a batch. DataLoader calls it itself: collate_fn={name}, without "
        "parentheses.",
        name=name,
    )
    return Finding(text, verified(case, Candidate(name)))


def _returns_nothing(case: Case) -> Finding | None:
    """A ``collate_fn`` without a return: ``for x, y in loader`` then takes None apart."""
    match case.parents[:1]:
        case (ast.For(target=target, iter=over) | ast.comprehension(target=target, iter=over),) if target is case.node:
            pass
        case _:
            return None
    given = over.args[0] if isinstance(over, ast.Call) and called_name(over) == "enumerate" and over.args else over
    function: Any = own_dict(case.real(given)).get("collate_fn")
    if isinstance(given, ast.Call) and called_name(given) == "DataLoader":
        function = next((case.real(each.value) for each in given.keywords if each.arg == "collate_fn"), None)
    if type(function) is not types.FunctionType or not case.learner_files(function.__code__.co_filename):
        return None
    source = "".join(linecache.getlines(function.__code__.co_filename))
    tree = parsed(source)
    found = next((each for each in tree.body if _is_it(each, function)), None) if tree is not None else None
    if not isinstance(found, ast.FunctionDef) or any(isinstance(each, ast.Return) for each in ast.walk(found)):
        return None
    text = gettext(
        "{function}, the collate_fn, has no return, so each batch is None. It returns what the loop takes apart.",
        function=found.name,
    )
    names = [
        each.targets[0].id
        for each in found.body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
    ]
    wanted = len(target.elts) if isinstance(target, (ast.Tuple, ast.List)) else 1
    if len(names) != wanted or not isinstance(found.body[-1], ast.Assign):
        return Finding(text)
    last = found.body[-1]
    returned = f"return {', '.join(names)}"  # not a sentence: Python
    code = spliced(source, found, {last: f"{segment(source, last)}\n{' ' * last.col_offset}{returned}"})
    return Finding(text, (Fix(code, gettext("then run the loop again")),))


def _is_it(node: ast.stmt, function: types.FunctionType) -> bool:
    return isinstance(node, ast.FunctionDef) and (node.name, node.lineno) == (
        function.__code__.co_name,
        function.__code__.co_firstlineno,
    )


BEFORE = (
    "arrays.keyword_only",
    "arrays.argument_types",
    "arrays.missing_argument",
    "data.collate",
    "data.dataset",
    "modules.subclass",
    "saving.not_a_state_dict",
    "saving.path",
    "modules.own_arguments",
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
    Rule(
        "empty collate_fn",
        ("TypeError",),
        r"^cannot unpack non-iterable NoneType object",
        _returns_nothing,
        "data/collate",
        only_torch=False,
    ),
)
