"""Parts of a batch: some samples of a dataset have more than others, or the dataset has the inputs alone."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.loaders import is_dataset
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import label, origin_at_prompt
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def several_returns(case: Case, loader: Any, looped: ast.expr, target: ast.Tuple | ast.List) -> Finding | None:
    """What to say where one of the ``return`` of the dataset gives more parts than ``target`` has names for.

    Or fewer, as the message says. None where all of them have the same number of parts, or several have another one.
    """
    dataset = own_dict(loader).get("dataset", own_dict(loader).get("_dataset"))
    while is_dataset(dataset, "Subset"):
        dataset = own_dict(dataset).get("dataset")
    text = class_text(case, type(dataset)) if dataset is not None else None
    method = text.method("__getitem__") if text is not None else None
    returns = [each for each in ast.walk(method) if isinstance(each, ast.Return)] if method is not None else []
    if text is None or len(returns) < 2 or not all(isinstance(each.value, ast.Tuple) for each in returns):
        return None
    counts = {id(each): len(each.value.elts) for each in returns if isinstance(each.value, ast.Tuple)}
    wanted, more = len(target.elts), case.message.startswith("too many")
    others = [each for each in returns if (counts[id(each)] > wanted if more else counts[id(each)] < wanted)]
    if len(others) != 1 or any(isinstance(part, ast.Starred) for each in returns for part in ast.walk(each)):
        return None
    other = others[0]
    said = gettext(
        "{cls}.__getitem__ has several returns. For {loader} it comes to `{line}`, which has {count} parts, and the "
        "loop has {wanted} names.",
        cls=text.node.name,
        loader=operand_text(case, looped),
        line=label(text.source, other),
        count=counts[id(other)],
        wanted=wanted,
    )
    if not more:
        return Finding(said)
    names = [segment(case.site.source, each) for each in target.elts]
    taken = {*case.site.frame.f_locals, *names}
    left = "rest" if "rest" not in taken else "_"
    code = ", ".join([*names, f"*{left}"])
    how = gettext("{code} takes what comes after them too, however many those are.", code=f"({code})")
    line = case.site.line
    if not isinstance(line, ast.For):
        return Finding(f"{said} {how}")
    inside = code if line.target is target else f"({code})"
    new = spliced(case.site.source, line, {target: inside})
    return Finding(f"{said} {how}", verified(case, Candidate(new, replaces_line=True)))


def inputs_alone(case: Case, loader: Any, wanted: int) -> Finding | None:
    """``TensorDataset(inputs)`` where a batch is taken apart into two: the one other tensor with as many rows."""
    held = own_dict(loader)
    dataset = held.get("dataset", held.get("_dataset"))
    tensors = own_dict(dataset).get("tensors") if is_dataset(dataset, "TensorDataset") else None
    names = [str(name) for name, value in case.names.items() if value is loader and not str(name).startswith("_")]
    made = origin_at_prompt(case, names[0]) if len(names) == 1 else None
    if type(tensors) is not tuple or len(tensors) != wanted - 1 or made is None or not isinstance(made.value, ast.Call):
        return None
    rows = (sizes(read(tensors[0])) or (0,))[0]
    others = {
        str(name): value
        for name, value in case.names.items()
        if is_tensor_class(type(value)) and not str(name).startswith("_") and all(value is not each for each in tensors)
    }
    fits = [name for name, value in others.items() if (sizes(read(value)) or (0,))[0] == rows]
    calls = [
        each for each in ast.walk(made.value) if isinstance(each, ast.Call) and called_name(each) == "TensorDataset"
    ]
    if len(fits) != 1 or len(calls) != 1 or not calls[0].args or calls[0].keywords:
        return None
    last = calls[0].args[-1]
    texts: dict[ast.expr | ast.stmt, str] = {last: f"{segment(made.source, last)}, {fits[0]}"}
    whole = spliced(made.source, calls[0], texts)
    said = gettext(
        "`{statement}` has the inputs alone. {name} has as many rows: {code} gives both in each batch.",
        statement=made.label,
        name=fits[0],
        code=in_a_sentence(whole),
    )
    return Finding(said, (Fix(spliced(made.source, made.statement, texts)),) if made.is_alone else ())
