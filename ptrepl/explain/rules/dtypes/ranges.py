"""Numbers outside of what a function takes: probabilities, quantiles, counts."""

from __future__ import annotations

import ast
import sys

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import source_and_value
from ptrepl.explain.rewrite import in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_NUMBERS = 1_000_000


def _quantile(case: Case) -> Finding | None:
    call = invocation(case)
    given = call.argument(1, "q") if call is not None else None
    if call is None or given is None:
        return None
    value = case.value(given)
    text = gettext("q is a fraction from 0 to 1, and {given} is not.", given=operand_text(case, given))
    if type(value) not in (int, float) or not 1 < value <= 100:
        return Finding(text)
    share = f"{value / 100:g}"
    meant = gettext("{percent} percent is q={share}.", percent=operand_text(case, given), share=share)
    new = spliced(case.site.source, call.node, {given: share})
    return Finding(f"{text} {meant}", tried(case, [Candidate(new)]))


def _counts(case: Case) -> Finding | None:
    call = invocation(case)
    tensor = call.argument(0, "input", "self") if call is not None else None
    facts = case.facts(tensor) if tensor is not None else None
    shape = case.shape(tensor) if tensor is not None else None
    if call is None or tensor is None or facts is None or shape is None or call.name != "bincount":
        return None
    source, name = case.site.source, operand_text(case, tensor)
    if "int" not in str(facts.dtype):
        text = gettext(
            "{tensor} is {dtype}. torch.bincount counts how often each integer occurs, so it takes integers.",
            tensor=name,
            dtype=str(facts.dtype),
        )
        new = postfix(source, tensor, ".long()")
    elif len(shape) != 1:
        text = gettext(
            "{tensor} is {shape}. torch.bincount takes a tensor with one dim.", tensor=name, shape=shape_text(shape)
        )
        new = postfix(source, tensor, ".flatten()")
    else:
        text = gettext("torch.bincount counts integers from 0 on, and {tensor} holds a negative one.", tensor=name)
        return Finding(text)
    return Finding(text, tried(case, [Candidate(spliced(source, call.node, {tensor: new}), exact=True)]))


def _drawn(case: Case) -> Finding | None:
    call = invocation(case)
    tensor = call.argument(0, "input", "self") if call is not None else None
    given = call.argument(1, "num_samples") if call is not None else None
    shape = case.shape(tensor) if tensor is not None else None
    if call is None or tensor is None or not shape or given is None:
        return None
    text = gettext(
        "{tensor} is {shape}: without replacement each of the {count} can be drawn once, and {given} are asked for. "
        "replacement=True puts each back.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        count=shape[-1],
        given=operand_text(case, given),
    )
    return Finding(text, tried(case, [Candidate(call.with_argument(case.site.source, 2, "replacement", "True"))]))


def _probabilities(case: Case) -> Finding | None:
    call = invocation(case)
    tensor = call.argument(0, "input", "self") if call is not None else None
    if call is None or tensor is None or call.name not in ("multinomial", "bernoulli"):
        return None
    if call.name == "bernoulli":
        text = gettext(
            "{tensor} holds a number below 0 or above 1, and torch.bernoulli takes probabilities. Of logits, "
            "torch.sigmoid makes probabilities.",
            tensor=operand_text(case, tensor),
        )
        return Finding(text)
    if _is_softmax(case, tensor):
        said = gettext(
            "{tensor} holds nan, and torch.multinomial takes probabilities. softmax gives nan where a row that it was "
            "given holds nan or inf, or nothing but -inf.",
            tensor=operand_text(case, tensor),
        )
        return Finding(said)
    if (powers := _exp_of(case, tensor)) is not None:
        said = gettext(
            "{tensor} holds inf or nan: exp of a number above 88 is inf in float32. torch.softmax makes probabilities "
            "without that: torch.softmax({powers}, -1).",
            tensor=operand_text(case, tensor),
            powers=powers,
        )
        return Finding(said)
    text = gettext(
        "{tensor} holds a negative number, inf or nan, and torch.multinomial takes probabilities. Of logits, softmax "
        "makes probabilities: {tensor}.softmax(-1).",
        tensor=operand_text(case, tensor),
    )
    return Finding(text)


def _exp_of(case: Case, tensor: ast.expr) -> str | None:
    """``x / t`` where ``tensor`` was made by ``torch.exp(x / t)`` or ``(x / t).exp()``; None where it was not."""
    source, value = source_and_value(case, tensor)
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="exp"), args=[given]):
            return in_one_line(source, given)
        case ast.Call(func=ast.Attribute(value=given, attr="exp"), args=[]):
            return in_one_line(source, given)
    return None


def _is_softmax(case: Case, tensor: ast.expr) -> bool:
    """Whether softmax gave it, so that it has no negative number and needs no further softmax."""
    _, value = source_and_value(case, tensor)
    if not isinstance(value, ast.Call) or called_name(value) != "softmax":
        return False
    return value is tensor or _has_nan(case, tensor)


def _has_nan(case: Case, tensor: ast.expr) -> bool:
    real = case.real(tensor)
    plain = type(real) is sys.modules["torch"].Tensor and read(real).device == "cpu"
    return plain and 0 < real.numel() <= _MOST_NUMBERS and bool(real.isnan().any())


BEFORE = ("dtypes.needs_float", "dtypes.dtype", "dtypes.needs_integer")

_MORE = "dtypes/ranges"

RULES = (
    Rule("quantile", ("RuntimeError",), r"quantile\(\) q must be in the range \[0, 1\]", _quantile, more=_MORE),
    Rule("counts", ("RuntimeError", "NotImplementedError"), r"bincount", _counts, more=_MORE),
    Rule("drawn", ("RuntimeError",), r"cannot sample n_sample > prob_dist", _drawn, more=_MORE),
    Rule(
        "probabilities",
        ("RuntimeError",),
        r"probability tensor contains either|Expected p_in >= 0 && p_in <= 1",
        _probabilities,
        more=_MORE,
    ),
)
