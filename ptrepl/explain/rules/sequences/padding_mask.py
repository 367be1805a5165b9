"""Masks of padding for attention: (batch, length of the key), made from another tensor, or the other way round."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, TypeGuard

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.callers import passed_at_prompt
from ptrepl.explain.operands.module_call import ModuleCall
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.sequences.attention import attention_call, read_as
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_MOST = 4_096
_WITH_BATCH_FIRST = (
    "TransformerEncoderLayer",
    "TransformerDecoderLayer",
    "Transformer",
    "MultiheadAttention",
)


def _padding(case: Case) -> Finding | None:
    """``key_padding_mask``: (batch, length of the key)."""
    call = attention_call(case)
    mask = call.shape("key_padding_mask") if call is not None else None
    key = call.shape("key") if call is not None else None
    if call is None or mask is None or key is None or len(key) != 3:
        return None
    wanted = key[:2] if call.flag("batch_first") else (key[1], key[0])
    if mask == wanted:
        return None
    node = call.nodes.get("key_padding_mask") or _given(case, call.path, mask)
    text = gettext(
        "key_padding_mask has one row for each example and one column for each place of the key: (batch, length), here "
        "{wanted}. {mask} is {shape}.",
        wanted=shape_text(wanted),
        mask=operand_text(case, node) if node is not None else call.called("key_padding_mask"),
        shape=shape_text(mask),
    )
    if node is not None and (memory := _of_memory(case, call.path, node, wanted)) is not None:
        return Finding(f"{text} {memory.text}", memory.fixes)
    if mask == wanted[::-1]:
        return _turned(case, call, node, text)
    if node is not None and mask[0] == wanted[0] and (other := _made_from_other(case, node, mask, wanted)) is not None:
        return Finding(f"{text} {other.text}", other.fixes)
    return Finding(text)


def _given(case: Case, path: str, mask: tuple[int, ...]) -> ast.expr | None:
    """The learner's expression for the mask, where they called a layer that holds the attention."""
    given = case.node.keywords if isinstance(case.node, ast.Call) else []
    found = [each for each in given if each.arg is not None and each.arg.endswith("key_padding_mask")]
    found = [each for each in found if case.shape(each.value) == mask]
    if len(found) > 1:
        part = "memory" if path.endswith("multihead_attn") else "tgt" if "decoder" in path else "src"
        found = [each for each in found if each.arg == f"{part}_key_padding_mask"]
    return found[0].value if len(found) == 1 else None


def _of_memory(case: Case, path: str, node: ast.expr, wanted: tuple[int, ...]) -> Finding | None:
    """The mask of the target for the memory, where that of the source is in the same call."""
    given = {each.arg: each.value for each in case.node.keywords} if isinstance(case.node, ast.Call) else {}
    other = given.get("src_key_padding_mask")
    if not path.endswith("multihead_attn") or other is None or case.shape(other) != wanted:
        return None
    code = segment(case.site.source, other)
    text = gettext(
        "memory_key_padding_mask is the padding of the source, since the memory has a place for each of its: {mask}.",
        mask=operand_text(case, other),
    )
    return Finding(text, verified(case, Candidate(spliced(case.site.source, case.site.node, {node: code}))))


def _turned(case: Case, call: ModuleCall, node: ast.expr | None, text: str) -> Finding:
    """The mask is (length, batch), or else the input is (batch, length, features) and is read the other way round."""
    fixes: tuple[Fix, ...] = ()
    if node is not None:
        source = case.site.source
        new = Candidate(spliced(source, case.site.node, {node: postfix(source, node, ".t()")}))
        fixes = tried(case, [new]) or verified(case, new)
    if call.flag("batch_first"):
        turned = gettext("It is the other way round: {mask}.t().", mask=operand_text(case, node)) if node else ""
        return Finding(f"{text} {turned}".rstrip(), fixes)
    along = _padded_along(case, node)
    at_prompt = passed_at_prompt(case, case.real(node)) if node is not None else None
    name = at_prompt[1].id if at_prompt is not None else operand_text(case, node) if node is not None else ""
    if along == 0:
        turned = gettext("Its dim 0 is the length, as in the input: {mask}.t() is (batch, length).", mask=name)
        if at_prompt is not None and at_prompt[0].site is not case.site:
            there = at_prompt[0]
            turned_there = spliced(there.site.source, there.site.node, {at_prompt[1]: f"{name}.t()"})
            fixes = tried(there, [Candidate(turned_there)])
        return Finding(f"{text} {turned}", fixes)
    told = f"{text} {read_as(call)}"
    made = next((each for each in map(_name_of, _modules(case)) if each in _WITH_BATCH_FIRST), "MultiheadAttention")
    if along == 1 or not name:
        batch = gettext(
            "If dim 0 of the input is the batch, make the layer so: nn.{layer}(…, batch_first=True).", layer=made
        )
        return Finding(f"{told} {batch}")
    both = gettext(
        "If dim 0 of the input is the batch, make the layer so: nn.{layer}(…, batch_first=True). If it is the length, "
        "turn the mask: {mask}.t().",
        layer=made,
        mask=name,
    )
    return Finding(f"{told} {both}")


def _modules(case: Case) -> Iterator[object]:
    for _, module in case.modules():
        yield module


def _name_of(module: object) -> str:
    return type(module).__name__


def _padded_along(case: Case, node: ast.expr | None) -> int | None:
    """The dim along which every line of the mask is False first and True then; None where both are, or neither is."""
    held: Any = case.real(node) if node is not None else None
    facts = read(held) if is_tensor_class(type(held)) else None
    if facts is None or facts.dtype != "bool" or facts.device != "cpu":
        return None
    copy = held.detach()
    if copy.numel() > _MOST or copy.dim() != 2 or not copy.any() or copy.all():
        return None
    numbers = copy.int()
    rising = [bool((numbers.diff(dim=dim) >= 0).all()) for dim in (0, 1)]
    return rising.index(True) if sum(rising) == 1 else None


def _made_from_other(case: Case, node: ast.expr, mask: tuple[int, ...], wanted: tuple[int, ...]) -> Finding | None:
    """A mask made from all tokens, where the layer got a part of them: ``tokens[:, :-1]``."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    value = made.value if made is not None else node
    if made is not None and made.entry is not None:
        return None
    names = [each for each in ast.walk(value) if isinstance(each, ast.Name) and case.shape(each) == mask]
    if not names or len({each.id for each in names}) > 1:
        return None
    whole, source = names[0].id, case.site.source
    part = _part(case, whole, wanted)
    if part is None:
        return None
    code = spliced(source, value, dict.fromkeys(names, part))
    shape = _shape(case, code)
    if shape not in (wanted, None):
        return None
    text = gettext(
        "It is made from {whole}, and the layer got {part}: {code} is the mask of that.",
        whole=whole,
        part=part,
        code=in_one_line(code, ast.parse(code, mode="eval").body),
    )
    if shape is None:
        return Finding(text)
    if made is None:
        return Finding(text, verified(case, Candidate(spliced(source, case.site.node, {node: code}))))
    return Finding(text, with_lines_changed(case, {made.statement: spliced(source, made.statement, {value: code})}))


def _part(case: Case, whole: str, wanted: tuple[int, ...]) -> str | None:
    """The name of ``whole[:, :-1]``, or this expression itself; None where there is none, or another too."""
    names: set[str] = set()
    for name in case.site.frame.f_locals:
        found = origin(case, name)
        if found is not None and _is_part(found.value, whole) and case.shape(ast.Name(name, ast.Load())) == wanted:
            names.add(name)
    here = [*ast.walk(case.site.node)]
    named = names.intersection(each.id for each in here if isinstance(each, ast.Name)) or names
    if named:
        return next(iter(named)) if len(named) == 1 else None
    parts = {segment(case.site.source, each) for each in here if _is_part(each, whole)}
    fitting = [each for each in parts if _shape(case, each) == wanted]
    return fitting[0] if len(fitting) == 1 else None


def _is_part(node: ast.AST, whole: str) -> TypeGuard[ast.Subscript]:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == whole


def _shape(case: Case, code: str) -> tuple[int, ...] | None:
    """The shape of what ``code`` gives on stand-ins."""
    try:
        tree = ast.parse(code, mode="eval").body
        value = Evaluator(case.scope, StandIns(), root=tree).value(tree)
    except (Unknown, Failed, SyntaxError):
        return None
    return tuple(value.shape) if is_tensor_class(type(value)) else None


def _of_integers(case: Case) -> Finding | None:
    """``key_padding_mask`` of 1 and 0, as a tokenizer gives it."""
    given = case.node.keywords if isinstance(case.node, ast.Call) else []
    masks = [each.value for each in given if each.arg is not None and each.arg.endswith("key_padding_mask")]
    for mask in masks:
        facts = case.facts(mask)
        if facts is None or not str(facts.dtype).startswith(("int", "uint")):
            continue
        source = case.site.source
        name = operand_text(case, mask)
        text = gettext(
            "{mask} is {dtype}, and a key_padding_mask is bool: True at the places that are padding. If {mask} has 1 "
            "for a token and 0 for padding, {code} is that mask.",
            mask=name,
            dtype=facts.dtype,
            code=f"{operand(source, mask)} == 0",
        )
        return Finding(
            text, tried(case, [Candidate(spliced(source, case.site.node, {mask: f"{operand(source, mask)} == 0"}))])
        )
    return None


BEFORE = ("sequences.attention",)

RULES = (
    Rule(
        "padding mask",
        ("AssertionError", "RuntimeError"),
        r"Expected key_padded_mask\.shape|key_padding_mask",
        _padding,
        more="modules/attention",
    ),
    Rule(
        "integer mask",
        ("AssertionError",),
        r"^only bool and floating types of key_padding_mask are supported",
        _of_integers,
        more="modules/attention",
    ),
)
