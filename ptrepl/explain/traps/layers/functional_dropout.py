"""The trap of ``F.dropout(x)`` in eval mode: the function knows of no mode."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import method_call
from ptrepl.explain.traps.reading.own_code import is_own_module
from ptrepl.explain.traps.reading.passes import modules_in
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_DROPS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
_MEANT = re.compile(r"(?<![a-z])mc|monte|bayes|uncertain|stochastic|ensemble|std\(|var\(|always|sampl", re.IGNORECASE)


def dropout_in_eval_mode(noticed: Noticed) -> Iterator[Told]:
    """``F.dropout(x, 0.3)`` in a ``forward`` that ran in eval mode."""
    for at, place in enumerate(noticed.places):
        if not place.certain or not place.function:
            continue
        for node in place.nodes():
            if not isinstance(node, ast.Call) or not _drops_always(place, node):
                continue
            found = _network(place)
            if found is None or _mode(noticed, at, found[1]) is not False or drops_on_purpose(noticed, place):
                continue
            name, _ = found
            given = [place.text(each) for each in node.args]
            given += [f"{each.arg}={place.text(each.value)}" for each in node.keywords]
            text = gettext(
                "{code} drops elements in eval mode too: training is True unless you give it, and the function does "
                "not know of {net}.eval(). Write {instead}.",
                code=place.text(node),
                net=name,
                instead=f"{place.text(node.func)}({', '.join([*given, 'training=self.training'])})",
            )
            yield told_of(place, text, node)
            return


def _drops_always(place: Place, node: ast.Call) -> bool:
    """Whether it calls a dropout of torch.nn.functional that got no ``training``, and drops something."""
    functional = sys.modules["torch"].nn.functional
    found = place.reader.real(node.func)
    if found is None or not any(found is getattr(functional, name) for name in _DROPS):
        return False
    if len(node.args) > 2 or any(each.arg in ("training", None) for each in node.keywords):
        return False
    rates = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "p")]
    for rate in rates:
        if any(isinstance(each, ast.Attribute) and each.attr == "training" for each in ast.walk(rate)):
            return False
        try:
            value = place.reader.value(rate)
            if type(value) not in (int, float) or value == 0:
                return False
        except (Unknown, Failed):
            return False
    return not any(isinstance(each, ast.Starred) for each in node.args)


def _network(place: Place) -> tuple[str, Any] | None:
    """The network whose ``forward`` it stands in: how the call names it, and itself."""
    module = place.reader.scope.extra.get("self")
    if place.function != "forward" or type(module) is Made or not is_own_module(module) or place.call is None:
        return None
    outer = next((each for each in place.callers if each.function == "forward"), None)
    call = place.call if outer is None else outer.call
    top = place.callers[-1] if outer is None else outer.callers[-1]
    name = top.text(call.func) if call is not None and isinstance(call.func, (ast.Name, ast.Attribute)) else "net"
    return name, module


def _mode(noticed: Noticed, at: int, module: Any) -> bool | None:
    """Whether ``module`` was in train mode when the place ran; None where that is not known."""
    set_by_others = False
    for each in reversed(noticed.places):
        found = method_call(each, "eval", "train")
        if found is None:
            continue
        owner = each.reader.real(found[0])
        if owner is None or not any(one is module for one in modules_in(owner)):
            set_by_others = True
    if set_by_others or not noticed.complete:
        return None
    for each in reversed(noticed.places[:at]):
        found = method_call(each, "eval", "train")
        if found is not None:
            call = each.statement.value if isinstance(each.statement, ast.Expr) else None
            plain = isinstance(call, ast.Call) and not call.args and not call.keywords
            return found[1] == "train" if plain and each.certain else None
    if any(method_call(each, "eval", "train") is not None for each in noticed.places):
        return None
    training = own_dict(module).get("training")
    return training if type(training) is bool else None


def drops_on_purpose(noticed: Noticed, place: Place) -> bool:
    """Whether the code says that what is dropped in evaluation is wanted, as for Monte Carlo dropout."""
    callers = [ast.unparse(each.statement) for each in place.callers]
    own = type_name(place.reader.scope.extra.get("self"))
    line = place.statement.lineno
    lines = place.source.splitlines()[line - 2 : line]
    return any(map(_MEANT.search, [own, noticed.source, *callers, *lines]))
