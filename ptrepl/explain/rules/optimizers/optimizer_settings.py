"""An optimizer whose settings are of another kind: ``lr="0.1"``, groups with and without names."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.optimizers.optimizer import makes_optimizer
from ptrepl.texts.messages import gettext

_LONGEST = 20


def _named(case: Case) -> Finding | None:
    """Groups of which one has ``named_parameters()`` and another one ``parameters()``."""
    if case.inner("add_param_group") is None:
        return None
    return Finding(
        gettext(
            "named_parameters() gives pairs of a name and a parameter, parameters() gives the parameters alone: write "
            "the same one in every group."
        )
    )


def _number_as_text(case: Case) -> Finding | None:
    """``lr="0.1"``."""
    node = case.node
    if not isinstance(node, ast.Call) or case.inner("__init__") is None or not makes_optimizer(case.real(node.func)):
        return None
    if (swapped := _swapped(case, node)) is not None:
        return swapped
    for each in node.keywords:
        value = case.value(each.value)
        if type(value) is not str or each.arg is None:
            continue
        optimizer = case.called(node.func, gettext("the optimizer"))
        said = gettext(
            "{argument} is {text}, a string, and {optimizer} takes a number for it.",
            argument=each.arg,
            text=repr(value[:_LONGEST]),
            optimizer=optimizer,
        )
        try:
            number = repr(float(value))
        except ValueError:
            return Finding(said)
        text = number if isinstance(each.value, ast.Constant) else f"float({case.text(each.value)})"
        convert = gettext("Write {argument}={number}.", argument=each.arg, number=text)
        fits = not case.site.is_nested
        code = spliced(case.site.source, node, {each.value: text})
        return Finding(f"{said} {convert}", (Fix(code),) if fits else ())
    return None


def _swapped(case: Case, node: ast.Call) -> Finding | None:
    """``SGD(0.1, net.parameters())``."""
    match node.args:
        case [rate, ast.Call(func=ast.Attribute(attr="parameters")) as given] if type(case.value(rate)) is float:
            pass
        case _:
            return None
    text = gettext(
        "{optimizer} takes the parameters first, then the learning rate: the two are swapped here.",
        optimizer=case.called(node.func, gettext("the optimizer")),
    )
    source = case.site.source
    texts: dict[ast.expr | ast.stmt, str] = {rate: segment(source, given), given: f"lr={segment(source, rate)}"}
    return Finding(text, verified(case, Candidate(spliced(source, node, texts))))


_MORE = "modules/optimizer"

BEFORE = ("modules.layer_settings", "modules.subclass")

RULES = (
    Rule("named parameters", ("ValueError",), r"optimizer param groups should be with/without names", _named, _MORE),
    Rule(
        "optimizer settings",
        ("TypeError",),
        r"not supported between instances of '(?:str|float|int|generator)' and '(?:str|float|int)'",
        _number_as_text,
        _MORE,
    ),
)
