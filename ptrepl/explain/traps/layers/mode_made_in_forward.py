"""The trap of a dropout or a batch norm that ``forward`` makes: it is in train mode, whatever the network is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.layers.functional_dropout import drops_on_purpose
from ptrepl.explain.traps.layers.made_in_forward import is_in_forward, is_only_called, name_of_made
from ptrepl.explain.traps.loops.train_mode import DROPOUTS, NORMS
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.own_code import own_code
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MODES = ("train", "eval", "training")


def mode_made_in_forward(noticed: Noticed) -> Iterator[Told]:
    """``x = nn.Dropout(0.5)(x)`` in ``forward``: ``net.eval()`` does not reach it."""
    for place in noticed.places:
        if not place.certain or not is_in_forward(place) or drops_on_purpose(noticed, place):
            continue
        for node in place.nodes():
            made = _made_and_called(place, node) if isinstance(node, ast.Call) else None
            if made is None or _sets_modes(place):
                continue
            code, name = place.text(made), name_of_made(place, made)
            if _class_of(place, made) in DROPOUTS:
                text = gettext(
                    "{layer} is made anew in each call of forward(), and a new layer is in train mode: eval() of "
                    "the network does not reach it, so it drops elements in evaluation too. Make it once, in "
                    "__init__(), by {line}, and call self.{name} here.",
                    layer=code,
                    line=f"self.{name} = {code}",
                    name=name,
                )
            else:
                text = gettext(
                    "{layer} is made anew in each call of forward(), and a new layer is in train mode and has no "
                    "running mean and variance yet: eval() of the network does not reach it, so it takes those of the "
                    "batch in evaluation too. Make it once, in __init__(), and call it as self.{name} here.",
                    layer=code,
                    name=name,
                )
            yield told_of(place, text, made)
            return


def _made_and_called(place: Place, call: ast.Call) -> ast.Call | None:
    """The call that makes the layer, whose result ``call`` calls at once or by a name that is only called."""
    match call.func:
        case ast.Call() as made if _has_effect(place, made):
            return made
        case ast.Name(id=name) if name in place.defined:
            where, value = place.defined[name]
            made_by_name = isinstance(value, ast.Call) and where.call is place.call and is_only_called(where, name)
            return value if made_by_name and isinstance(value, ast.Call) and _has_effect(where, value) else None
    return None


def _class_of(place: Place, made: ast.Call) -> str:
    found = place.reader.real(made.func)
    return found.__name__ if type(found) is type and is_torch_class(found) else ""


def _has_effect(place: Place, made: ast.Call) -> bool:
    """Whether it makes a dropout of more than nothing, or a batch norm with running statistics."""
    name = _class_of(place, made)
    if any(isinstance(each, ast.Starred) for each in made.args) or any(each.arg is None for each in made.keywords):
        return False
    if name in NORMS:
        return not any(each.arg in ("track_running_stats", "affine", "momentum") for each in made.keywords)
    if name not in DROPOUTS:
        return False
    rates = [*made.args[:1], *(each.value for each in made.keywords if each.arg == "p")]
    try:
        return all(place.reader.value(each) != 0 for each in rates)
    except (Unknown, Failed):
        return False


def _sets_modes(place: Place) -> bool:
    """Whether the function sets or asks for a mode somewhere."""
    forward = next((each for each in (place, *reversed(place.callers)) if each.function == "forward"), place)
    callee = forward.callers[-1].reader.own_callee(forward.call) if forward.call and forward.callers else None
    code = own_code(callee.function) if callee is not None else None
    trees: tuple[ast.AST, ...] = (*place.body, *((code.tree,) if code is not None else ()))
    return any(isinstance(each, ast.Attribute) and each.attr in _MODES for tree in trees for each in ast.walk(tree))
