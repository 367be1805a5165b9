"""Integer tensors that were to require grad."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.rewrite import in_a_sentence, operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.dtypes.index_values import are_tokens
from ptrepl.texts.messages import N_, gettext

_TEXT = N_(
    "Only floating point tensors can require grad: a gradient says what a small change of a value does, and an integer "
    "cannot change by a small amount."
)

_PARAMETER = N_("A parameter is trained, and only floating point tensors can require grad.")


def _whole(case: Case) -> Finding | None:
    node = case.node
    match node:
        case ast.Call(func=ast.Attribute(value=tensor, attr="requires_grad_")) | ast.Attribute(value=tensor):
            facts = case.facts(tensor)
            if facts is None:
                return None
            name = case.called(tensor, gettext("This tensor"))
            what = gettext("{tensor} is {dtype}.", tensor=name, dtype=facts.dtype)
            if are_tokens(case, tensor):
                vectors = gettext(
                    "Of indices, an nn.Embedding makes vectors: its output is what a gradient can be computed for, and "
                    "retain_grad() on that keeps it."
                )
                return Finding(f"{what} {gettext(_TEXT)} {vectors}")
            return Finding(f"{what} {gettext(_TEXT)}", tried(case, _as_floats(case, node, tensor)))
        case ast.Call(args=[first, *_]) as call if (buffer := _buffer(case, call, first)) is not None:
            return buffer
        case ast.Call(func=func, args=[first, *_]) as call:
            fixes = tried(
                case, [*_written(case, call, first), *_with_dtype(case, call), *_converted(case, call, first)]
            )
            name = case.called(func, gettext("This call"))
            what = gettext("{function} makes an integer tensor here.", function=name)
            return Finding(f"{what} {gettext(_TEXT)}", fixes[:2])
    return None


def _buffer(case: Case, call: ast.Call, first: ast.expr) -> Finding | None:
    """``self.mask = nn.Parameter(mask)`` of a mask or of indices, which are not trained."""
    facts, line = case.facts(first), case.site.line
    if facts is None or case.real(call.func) is not sys.modules["torch"].nn.Parameter:
        return None
    name = case.called(first, gettext("This tensor"))
    source = case.site.source
    told = [gettext("{tensor} is {dtype}.", tensor=name, dtype=facts.dtype), gettext(_PARAMETER)]
    fixes: tuple[Fix, ...] = ()
    match line:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=word)], value=value) if value is call:
            kept = f'{owner}.register_buffer("{word}", {segment(source, first)})'
            told.append(
                gettext(
                    "What is not trained, such as a mask or indices, belongs in a buffer, which moves and is saved "
                    "with the module: {code}.",
                    code=in_a_sentence(kept),
                )
            )
            if facts.dtype == "bool":
                fixes = verified(case, Candidate(kept, replaces_line=True))
        case _ if facts.dtype != "bool":
            return None
    if facts.dtype != "bool":
        floats = gettext(
            "If it is to be trained, its values are floating point numbers: {code}.",
            code=in_a_sentence(spliced(source, call, {first: f"{operand(source, first)}.float()"})),
        )
        told.append(floats)
    return Finding(" ".join(told), fixes)


def _as_floats(case: Case, node: ast.AST, tensor: ast.expr) -> Iterator[Candidate]:
    made = f"{operand(case.site.source, tensor)}.float().requires_grad_()"
    if isinstance(tensor, ast.Name) and isinstance(case.site.line, (ast.Expr, ast.Assign)):
        yield Candidate(f"{tensor.id} = {made}", replaces_line=True)
    elif isinstance(node, ast.Call):
        yield Candidate(made)


def _written(case: Case, call: ast.Call, first: ast.expr) -> Iterator[Candidate]:
    """``[1, 2]`` → ``[1., 2.]``, ``arange(3)`` → ``arange(3.)``."""
    numbers = [each for each in ast.walk(first) if isinstance(each, ast.Constant) and type(each.value) is int]
    plain = isinstance(first, (ast.List, ast.Tuple, ast.Constant)) and 0 < len(numbers) <= 12
    if plain and not any(each.arg == "dtype" for each in call.keywords):
        yield Candidate(spliced(case.site.source, call, {each: f"{each.value!r}." for each in numbers}))


def _with_dtype(case: Case, call: ast.Call) -> Iterator[Candidate]:
    source = case.site.source
    dtype = next((each.value for each in call.keywords if each.arg == "dtype"), None)
    flag = next((each for each in call.keywords if each.arg == "requires_grad"), None)
    if dtype is not None:
        yield Candidate(spliced(source, call, {dtype: "torch.float32"}))
    elif flag is not None:
        new = f"dtype=torch.float32, {segment(source, flag)}"  # type: ignore[arg-type]
        yield Candidate(spliced(source, call, {flag: new}))  # type: ignore[dict-item]


def _converted(case: Case, call: ast.Call, first: ast.expr) -> Iterator[Candidate]:
    if case.facts(first) is not None:
        yield Candidate(spliced(case.site.source, call, {first: f"{operand(case.site.source, first)}.float()"}))


RULES = (
    Rule(
        "integer gradients",
        ("RuntimeError",),
        r"[Oo]nly Tensors of floating point (?:and complex )?dtype can require gradients",
        _whole,
        more="dtypes/gradients",
        lesson="creation/write-down",
    ),
)
