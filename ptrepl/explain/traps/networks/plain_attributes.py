"""The trap of tensors that require grad and that a module keeps, alone or in a list, but not as its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_one, kind_of, own_dict, type_name
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.assigned import assignments_in, methods_of
from ptrepl.explain.traps.questions.held import gets_gradients, in_optimizers
from ptrepl.explain.traps.questions.optimizers import held_parameters
from ptrepl.explain.traps.questions.rounds import stepped
from ptrepl.explain.traps.reading.passes import is_plain_tensor, modules_in, parameters_of
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def leaves_that_are_no_parameters(noticed: Noticed) -> Iterator[Told]:
    """``self.alpha = torch.ones(4, requires_grad=True)`` in ``__init__``: ``net.parameters()`` has not got it."""
    for place in noticed.places:
        owner = stepped(noticed, place) if place.certain else None
        optimizer = None if owner is None else place.reader.real(owner)
        if owner is None or kind_of(optimizer) is not Kind.OPTIMIZER:
            continue
        held, taken = {id(each) for each in held_parameters(optimizer)}, in_optimizers(noticed)
        for where, node, net in _called(noticed):
            if not any(id(each) in held for each in parameters_of(net)):
                continue
            for module in modules_in(net):
                text = _of_leaf(where.text(node), module, taken) or _of_list(where.text(node), module, taken)
                if text:
                    yield told_of(place, text, place.statement)
                    return


def _of_leaf(net: str, module: Any, taken: set[int]) -> str:
    """What to say of an attribute that is trained by nothing; "" for none."""
    name = _leaf(module, taken)
    code = "" if not name else _assignment(type(module), name)
    if not code:
        return ""
    return gettext(
        "self.{name} of {cls} gets a gradient, but is no parameter: {net}.parameters() has not got it, so no optimizer "
        "changes it. Write self.{name} = nn.Parameter(…) in place of `{code}`.",
        name=name,
        cls=type_name(module),
        net=net,
        code=code,
    )


def _of_list(net: str, module: Any, taken: set[int]) -> str:
    """What to say of parameters in a plain list that are trained by nothing; "" for none."""
    for name, held in own_dict(module).items() if not is_torch_class(type(module)) else ():
        values = [*held.values()] if type(held) is dict else held
        if name.startswith("_") or not is_one(type(values), (list, tuple)) or not values:
            continue
        if all(is_plain_tensor(each) and gets_gradients(each) and id(each) not in taken for each in values):
            if any(f"self.{name}" in text and "grad" in text for text in _methods_but_init(type(module))):
                continue
            return gettext(
                "{cls} keeps parameters in self.{name}, a plain list, tuple or dict, where PyTorch does not find them: "
                "{net}.parameters() has not got them, so no optimizer changes them. Use nn.{instead}.",
                cls=type_name(module),
                name=name,
                net=net,
                instead="ParameterDict" if type(held) is dict else "ParameterList",
            )
    return ""


def _methods_but_init(cls: type) -> list[str]:
    return [ast.unparse(each.tree) for each in methods_of(cls) if each.tree.name != "__init__"]


def _called(noticed: Noticed) -> Iterator[tuple[Place, ast.expr, Any]]:
    """The networks that the statement calls, and how they are named there."""
    for place in noticed.places:
        for node in place.nodes():
            if isinstance(node, ast.Call):
                found = place.reader.real(node.func)
                if type(found) is not Made and kind_of(found) is Kind.MODULE:
                    yield place, node.func, found


def _leaf(module: Any, taken: set[int]) -> str:
    """The attribute of the module that is a leaf with a gradient, and in no optimizer; "" for none."""
    if is_torch_class(type(module)):
        return ""
    for name, value in own_dict(module).items():
        if is_plain_tensor(value) and gets_gradients(value) and read(value).is_leaf is True and id(value) not in taken:
            return str(name)
    return ""


def _assignment(cls: type, name: str) -> str:
    """The one line of the class that makes it; "" where there are several, or its gradient is used by hand."""
    found = assignments_in(cls, name)
    if len(found) != 1 or "requires_grad" not in ast.unparse(found[0].statement.value):
        return ""
    texts = [ast.unparse(each.tree) for each in methods_of(cls)]
    by_hand = any(f"self.{name}.{word}" in text for text in texts for word in ("grad", "data", "add_", "sub_"))
    return "" if by_hand else ast.unparse(found[0].statement)
