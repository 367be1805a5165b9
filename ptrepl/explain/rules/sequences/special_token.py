"""A special token, such as padding, whose number is the first one beyond an embedding's rows."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.remake_network import rebuilt
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.origins import origin_at_prompt
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, operand, spliced
from ptrepl.explain.rule import Finding
from ptrepl.explain.rules.sequences.made_too_early import made_too_early
from ptrepl.texts.messages import gettext

_SPECIAL = re.compile(
    r"(?i)(?:^|_)(?:pad|padding|mask|eos|bos|sos|unk|unknown|cls|sep|special|blank)(?:_|$|id|idx|index|token)"
    r"|(?:^|_)(?:token|tok)_?(?:id|idx|index)$"
)
_SIZE = re.compile(r"(?i)(?:^|_)(?:n|num|size|len|length|count|total|max)(?:_|$)|(?:vocab|tokens|words)$")
_TEXT = re.compile(r"(?i)tok|vocab|word|char|text|seq|sent|caption|prompt|input_ids")
_MOST_NAMES = 3_000
_FEW = 4


def special_token(case: Case, layer: Layer, rows: int, found: tuple[int, int]) -> Finding | None:
    """What is said of a token with the number ``rows``, one more than the last row; None where it may be none.

    With a name at the prompt that has that number, the row that it lacks is written; else both ways are named.
    """
    least, most = found
    if least >= 0 and (early := made_too_early(case, layer, rows, most)) is not None:
        return early
    if least < 0 or most != rows:
        return None
    name = _named(case, rows)
    if name:
        text = gettext("{name} is {rows}, the first number beyond the last row.", name=name, rows=rows)
        more, fixes = _larger(case, layer, rows)
        return Finding(f"{text} {more}", fixes)
    if least > 0 and _is_text(case, layer) and _stands_at_an_end(layer.given, most):
        both = gettext(
            "If {rows} is the number of a special token, such as padding, it needs a row too.",
            rows=rows,
        )
        more, fixes = _larger(case, layer, rows)
        return Finding(f"{both} {more}", fixes)
    return None


def _named(case: Case, rows: int) -> str:
    """The one name of a special token at the prompt with that number; "" where there is none, or several."""
    names = [name for name, value in [*case.names.items()][:_MOST_NAMES] if type(value) is int and value == rows]
    special = [each for each in names if _SPECIAL.search(each) and not _SIZE.search(each)]
    return special[0] if len(special) == 1 else ""


def _is_text(case: Case, layer: Layer) -> bool:
    argument = case.text(layer.argument) if layer.argument is not None else ""
    return bool(_TEXT.search(f"{argument} {layer.path}"))


def _stands_at_an_end(given: Any, most: int) -> bool:
    """Whether the greatest id stands in each sequence at the start or at the end alone, if at all."""
    if type(given) is not sys.modules["torch"].Tensor or given.dim() not in (1, 2) or given.size(-1) < _FEW:
        return False
    for row in given.detach().reshape(-1, given.size(-1)).tolist():
        while row and row[-1] == most:
            row.pop()
        if most in row[1:]:
            return False
    return True


def _larger(case: Case, layer: Layer, rows: int) -> tuple[str, tuple[Fix, ...]]:
    """How the table gets one row more: in words, and as a fix where the code shows where it is made."""
    in_class = _in_class(case, layer, rows)
    if in_class is not None:
        return in_class
    fixes = tuple(rebuilt(case, layer, "num_embeddings", 0, rows + 1))
    code = _at_prompt(case, layer, rows)
    if code:
        return gettext("Write {code}.", code=code), fixes or (Fix(code, gettext("then call it again")),)
    return gettext("The table needs {more} rows.", more=rows + 1), fixes


def _in_class(case: Case, layer: Layer, rows: int) -> tuple[str, tuple[Fix, ...]] | None:
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attribute)):
            held = case.site.frame.f_locals.get(owner)
        case _:
            return None
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE and case.site.is_nested else None
    init = text.method("__init__") if text is not None else None
    if text is None or init is None:
        return None
    own = f"{init.args.args[0].arg}.{attribute}" if init.args.args else ""
    made = [
        each.value
        for each in ast.walk(init)
        if isinstance(each, ast.Assign) and len(each.targets) == 1 and ast.unparse(each.targets[0]) == own
    ]
    call = made[0] if len(made) == 1 else None
    if not isinstance(call, ast.Call) or called_name(call) != "Embedding":
        return None
    size = _size(call)
    if size is None:
        return None
    texts: dict[ast.expr | ast.stmt, str] = {size: _one_more(text.source, size)}
    code = spliced(text.source, call, texts)
    said = gettext("In {cls}.__init__, write {code}.", cls=type_name(held), code=in_a_sentence(code))
    return said, text.anew(texts)


def _at_prompt(case: Case, layer: Layer, rows: int) -> str:
    """``table = nn.Embedding(vocab + 1, 8)``, of a table that has a name at the prompt; "" for other ones."""
    match case.node:
        case ast.Call(func=ast.Name(id=name)):
            made = origin_at_prompt(case, name)
        case _:
            return ""
    if made is None or not made.is_alone or not isinstance(made.value, ast.Call):
        return ""
    size = _size(made.value) if called_name(made.value) == "Embedding" else None
    if size is None:
        return ""
    code = spliced(made.source, made.statement, {size: _one_more(made.source, size)})
    return in_one_line(code, ast.parse(code).body[0])


def _size(call: ast.Call) -> ast.expr | None:
    given = next((each.value for each in call.keywords if each.arg == "num_embeddings"), None)
    size = call.args[0] if given is None and call.args else given
    return None if isinstance(size, ast.Starred) else size


def _one_more(source: str, size: ast.expr) -> str:
    if isinstance(size, ast.Constant) and type(size.value) is int:
        return str(size.value + 1)
    return f"{operand(source, size)} + 1"
