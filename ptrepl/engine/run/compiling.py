"""Source → compiled statements, and what a code object says it reads and binds."""

from __future__ import annotations
import __future__

import ast
import dis
import functools
import operator
from collections.abc import Collection
from dataclasses import replace
from opcode import EXTENDED_ARG, opmap
from types import CodeType

from ptrepl.engine.run.source import Statement, parse_source, split

_FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
_LOADS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
_STORES = frozenset({opmap["STORE_NAME"], opmap["STORE_GLOBAL"]})


def compile_statements(
    source: str, filename: str, flags: int, *, nested_values: bool, pasted: bool
) -> tuple[str, int, list[tuple[Statement, CodeType]]]:
    """The text that was meant, the ``__future__`` flags after it, and its statements, each compiled alone.

    ``nested_values``: expressions go to ``sys.displayhook``, also inside ``if``, ``for`` and ``with``, as at a prompt;
    without it none does, as in a file. Raises what ``compile`` raises, before anything has run.
    """
    meant, tree = parse_source(source, filename, flags, pasted=pasted)
    if not nested_values:
        compile(meant, filename, "exec", flags, dont_inherit=True)  # what a file may not do: await, a late __future__
    compiled = []
    for statement in split(meant, tree):
        if not nested_values and isinstance(statement.node, ast.Expr):
            statement = replace(statement, silenced=True)
        try:
            code = _code_of(statement, filename, flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, nested_values)
        except SyntaxError as error:
            # found while compiling a tree ('return' outside function), not while parsing text: it has no text
            if error.text is None and error.lineno:
                error.text = meant.split("\n")[error.lineno - 1]
            raise
        flags |= code.co_flags & _FUTURE_FLAGS
        compiled.append((statement, code))
    return meant, flags, compiled


def _code_of(statement: Statement, filename: str, flags: int, nested_values: bool) -> CodeType:
    node = statement.node
    code: CodeType
    if isinstance(node, ast.Expr):
        code = compile(ast.Expression(node.value), filename, "eval", flags, dont_inherit=True)
    elif nested_values:
        code = compile(ast.Interactive([node]), filename, "single", flags, dont_inherit=True)
    else:
        code = compile(ast.Module([node], []), filename, "exec", flags, dont_inherit=True)
    return code


def reads(code: CodeType, names: Collection[str]) -> set[str]:
    """Those of ``names`` that ``code``, or a function in it, looks up as global names; not those that it only binds."""
    found = set()
    if any(name in names for name in code.co_names):
        # co_names has attributes too, and names that are only bound
        found = {each.argval for each in dis.get_instructions(code) if each.opname in _LOADS and each.argval in names}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= reads(constant, names)
    return found


def bound_names(code: CodeType) -> tuple[str, ...]:
    """The names that a statement binds at top level, in order, each once."""
    # dis.get_instructions would take longer than running the statement
    found: dict[str, None] = {}
    high = 0
    for operation, argument in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        if operation == EXTENDED_ARG:
            high = (high | argument) << 8
            continue
        if operation in _STORES:
            found[code.co_names[high | argument]] = None
        high = 0
    return tuple(found)
