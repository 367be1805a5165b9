"""Whether the failing function went through without an error before: then what it was given now is at fault."""

from __future__ import annotations

import ast
import types
from itertools import islice

from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, mro
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import earlier, parsed

_MOST_ENTRIES = 200


def passed_before(case: Case) -> bool:
    """Whether an earlier statement of the prompt called the failing function, as it is now, and ended well."""
    if not case.site.is_nested:
        return False
    code, gone = case.site.frame.f_code, set[str]()
    for entry in islice(earlier(case), _MOST_ENTRIES):
        tree = parsed(entry.source) if entry.status is Status.OK else None
        for each in ast.walk(tree) if tree is not None else ():
            match each:
                case ast.Call(func=ast.Name(id=name)) if name not in gone and _code_of(case.names.get(name)) is code:
                    return True
        gone.update(entry.bound)
    return False


def _code_of(called: object) -> types.CodeType | None:
    """The code that a call runs: of a function, or of the forward of a module."""
    if kind_of(called) is Kind.MODULE:
        called = next(
            (class_dict(base)["forward"] for base in mro(type(called)) if "forward" in class_dict(base)), None
        )
    return called.__code__ if isinstance(called, types.FunctionType) else None
