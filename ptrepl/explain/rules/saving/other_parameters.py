"""Which parameters the network of an optimizer has or lacks, compared with the checkpoint that holds its state."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict, listed, shapes_of_dict, shapes_of_module, submodules
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line, spliced
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_FLAGS = ("affine", "elementwise_affine", "bias")


def told_of_parameters(case: Case, argument: ast.expr, optimizer: Any, own: int, saved: int) -> str:
    """Sentences on the parameters that one of the two lacks; "" where the checkpoint does not tell them."""
    found = _network(case, optimizer)
    if found is None:
        return ""
    name, network, count = found
    if count != own:
        if count != saved:
            return ""
        return gettext(
            "{network} has {count} parameters, and the optimizer got {own} of them. To go on with that training, it "
            "gets {network}.parameters(), as then.",
            network=name,
            count=count,
            own=own,
        )
    container = argument.value if isinstance(argument, ast.Subscript) else None
    held: Any = case.real(container) if container is not None else None
    if container is None or not is_plain_dict(held):
        return ""
    ours = shapes_of_module(network)
    for key, each in held.items():
        theirs = shapes_of_dict(each) if type(key) is str else None
        if ours is None or theirs is None:
            continue
        lost, new = [one for one in theirs if one not in ours], [one for one in ours if one not in theirs]
        if len(lost) - len(new) == saved - own:
            where = f'{operand_text(case, container)}["{key}"]'
            return _told(case, where, (name, network), lost, new)
    return ""


def _told(case: Case, where: str, network: tuple[str, Any], lost: list[str], new: list[str]) -> str:
    told = []
    if lost:
        told.append(
            gettext("{saved} has {keys}, which {network} lacks.", saved=where, keys=listed(lost), network=network[0])
        )
    if new:
        told.append(
            gettext("{network} has {keys}, which {saved} lacks.", saved=where, keys=listed(new), network=network[0])
        )
    told += _switched_off(case, *network, lost) if lost else []
    return " ".join(told)


def _network(case: Case, optimizer: Any) -> tuple[str, Any, int] | None:
    """The network that has all parameters of the optimizer, and how many it has; the one with the fewest."""
    groups = own_dict(optimizer).get("param_groups")
    given = [each for group in groups for each in group["params"]] if type(groups) is list else []
    wanted, fitting = {id(each) for each in given}, []
    names = {**case.names, **case.site.frame.f_locals}
    for name, held in [*names.items()][:_MOST_NAMES]:
        if type(name) is not str or name.startswith("_") or kind_of(held) is not Kind.MODULE:
            continue
        parts = [held, *(each for _, each in submodules(held))]
        parameters = [each for part in parts for each in (own_dict(part).get("_parameters") or {}).values()]
        own = {id(each) for each in parameters if each is not None}
        if wanted and wanted <= own:
            fitting.append((name, held, len(own)))
    return min(fitting, key=lambda each: each[2]) if fitting else None


def _switched_off(case: Case, name: str, network: Any, lost: list[str]) -> list[str]:
    """The one setting that took them away, such as ``affine=False``, and how the network was made with it."""
    layers = {key.rpartition(".")[0] for key in lost}
    if len(layers) != 1 or "." in (path := layers.pop()):
        return []
    layer = next((each for at, each in submodules(network) if at == f".{path}"), None)
    own = own_dict(layer) if layer is not None else {}
    flag = next((each for each in _FLAGS if own.get(each) is False), "")
    if (
        not flag
        and layer is not None
        and lost == [f"{path}.bias"]
        and own.get("_parameters", {}).get("bias", 0) is None
    ):
        flag = "bias"
    if not flag:
        return []
    said = gettext("{network}.{layer} was made with {flag}=False.", network=name, layer=path, flag=flag)
    again = _made_with(case, name, network, path, flag)
    return [said, again] if again else [said]


def _made_with(case: Case, name: str, network: Any, layer: str, flag: str) -> str:
    """How to make the network with this setting switched on; "" where the text does not show it."""
    text = class_text(case, type(network))
    init = text.method("__init__") if text is not None else None
    made = origin(case, name)
    if text is None or init is None:
        return ""
    calls = [
        each.value
        for each in ast.walk(init)
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == f"self.{layer}"
    ]
    values = {each.arg: each.value for call in calls if isinstance(call, ast.Call) for each in call.keywords}
    match values.get(flag):
        case ast.Name(id=parameter) if made is not None:
            code = _call_with(made, [each.arg for each in init.args.args[1:]], parameter)
            return gettext("As it was saved: {code}.", code=code) if code else ""
        case ast.Constant(value=False):
            return gettext(
                "As it was saved, {cls}.__init__ makes it with {flag}=True.", cls=type_name(network), flag=flag
            )
    return ""


def _call_with(made: Origin, parameters: list[str], parameter: str) -> str:
    call = made.value
    if not isinstance(call, ast.Call):
        return ""
    given = dict(zip(parameters, call.args, strict=False)) | {
        each.arg: each.value for each in call.keywords if each.arg
    }
    node = given.get(parameter)
    if not isinstance(node, ast.Constant) or node.value is not False:
        return ""
    code = spliced(made.source, made.statement, {node: "True"})
    return in_one_line(code, ast.parse(code).body[0])
