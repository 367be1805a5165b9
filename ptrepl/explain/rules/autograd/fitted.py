"""The plain tensors that are to be fitted: an optimizer has them, or the loop reads their gradients."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import is_tensor_class, module_name, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import origin_at_prompt
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding
from ptrepl.explain.rules.autograd.requires_grad_missing import gets_new_values
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_MOST_FITTED = 6


def tensors_to_fit(case: Case, names: Sequence[str]) -> Finding | None:
    """What to write where several tensors do not require grad, and some of ``names`` are the parameters among them.

    None of a single one, and where neither an optimizer nor a ``w.grad`` tells which of them are meant.
    """
    if len(names) < 2:
        return None
    held = {each: case.names.get(each) for each in names}
    seen = {each: case.real(ast.Name(each, ast.Load())) for each in held}
    held = {name: value for name, value in held.items() if is_tensor_class(type(value)) and value is seen[name]}
    optimizer, found = _optimized(case, held)
    if not found:
        code = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), case.site.statement)
        read = [
            each.value.id
            for each in ast.walk(code)
            if isinstance(each, ast.Attribute) and each.attr == "grad" and isinstance(each.value, ast.Name)
        ]
        found = [each for each in dict.fromkeys(read) if each in held]
    if not 0 < len(found) <= _MOST_FITTED:
        return None
    replaced = [each for each in found if gets_new_values(case, each)]
    lines = [f"{each}.requires_grad_()" for each in found]
    made = [_made_with(case, each) for each in found]
    if optimizer:
        text = gettext("{optimizer} is to fit {names}: they are what has to require grad.",
                       optimizer=optimizer, names=every(found))  # fmt: skip
    else:
        text = gettext("The gradients of {names} are used: they are what has to require grad.", names=every(found))
    if all(made):
        how = gettext("Make them so, {statements}, or write this once, before the loss is computed:",
                      statements="; ".join(made))  # fmt: skip
    else:
        how = gettext("Write this once, before the loss is computed:")
    if replaced:  # the second round would find no leaf
        in_place = gettext(
            "{names} must stay the leaves: change them in place, under torch.no_grad(), as in {name} -= …, and do not "
            "assign new tensors to the names.",
            names=every(replaced),
            name=replaced[0],
        )
        return Finding(f"{text} {how} {'; '.join(lines)}. {in_place}")
    last = [*own_sites(case)][-1]
    again = segment(last.source, last.statement) if last.line is last.statement and case.site.is_nested else ""
    fix = Fix("\n".join([*lines, *([again] if again else [])]), "" if again else gettext("then compute it again"))
    return Finding(f"{text} {how} {'; '.join(lines)}.", (fix,))


def _optimized(case: Case, held: dict[str, object]) -> tuple[str, list[str]]:
    """The name of an optimizer, and which of the tensors it has, in its order."""
    for name, value in [*case.names.items()][:_MOST_NAMES]:
        if not module_name(type(value)).startswith("torch.optim.") or type(name) is not str:
            continue
        groups = own_dict(value).get("param_groups")
        params = [each for group in groups if type(group) is dict for each in group.get("params", ())] if groups else []
        found = [next((word for word, each in held.items() if each is param), "") for param in params]
        if any(found):
            return name, [each for each in found if each]
    return "", []


def _made_with(case: Case, name: str) -> str:
    """``w = torch.zeros(1, requires_grad=True)`` for a ``w = torch.zeros(1)`` at the prompt; "" of other statements."""
    made = origin_at_prompt(case, name)
    match made.value if made is not None else None:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr=word), keywords=keywords) as call:
            plain = word in ("zeros", "ones", "randn", "rand", "tensor", "empty", "full")
            if made is None or not plain or any(each.arg in ("requires_grad", None) for each in keywords):
                return ""
            text = segment(made.source, call)
            return " ".join(f"{name} = {text[:-1].rstrip().rstrip(',')}, requires_grad=True)".split())
    return ""
