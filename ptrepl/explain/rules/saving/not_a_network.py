"""What load_state_dict returns, or a state dict, used as if it were the network."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, is_a, is_module_class, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict, shapes_of_dict, shapes_of_module
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_OF_NETWORKS = frozenset(
    "parameters named_parameters eval train to cuda cpu half float double zero_grad forward modules children "
    "named_modules state_dict load_state_dict requires_grad_ apply".split()
)


def _object(case: Case) -> ast.expr | None:
    """What was called, or had its attribute read."""
    match case.node:
        case ast.Call(func=func):
            return func
        case ast.Attribute(value=value):
            return value
    return None


def _report(case: Case) -> Finding | None:
    """``net = net.load_state_dict(saved)`` gives the name to a report of keys."""
    node = _object(case)
    if node is None:
        return None
    report = gettext(
        "load_state_dict changes the network in place and returns a report, which keys were missing or unexpected."
    )
    match node:
        case ast.Call(func=ast.Attribute(attr="load_state_dict", value=network)):
            instead = gettext("{network} is the network, and has its values now.", network=case.text(network))
            return Finding(f"{report} {instead}", _with(case, node, network))
        case ast.Name(id=name):
            made = origin(case, name)
        case _:
            return None
    if made is None:
        return Finding(report)
    match made.value:
        case ast.Call(func=ast.Attribute(attr="load_state_dict", value=ast.Name(id=owner) as network)):
            pass
        case _:
            return Finding(report)
    label = made.label
    if owner == name:
        said = gettext(
            "`{statement}` gave the name {name} to the report, so the network has lost its name. Make it again, then "
            "load without assigning: {load}.",
            statement=label,
            name=name,
            load=segment(made.source, made.value),
        )
        return Finding(f"{report} {said}", _made_again(case, made))
    said = gettext(
        "`{statement}` gave it the name {name}. The network is still {network}.",
        statement=label,
        name=name,
        network=owner,
    )
    if kind_of(case.names.get(owner)) is not Kind.MODULE:
        return Finding(report)
    return Finding(f"{report} {said}", _with(case, node, network))


def _made_again(case: Case, loaded: Origin) -> tuple[Fix, ...]:
    """The network made again by its own statement, loaded without assigning, and the failing line.

    Everything that it drew at random is replaced by what is loaded.
    """
    site = case.site
    if loaded.entry is None or not loaded.is_alone or site.is_nested or site.line is not site.statement:
        return ()
    first = origin(case, loaded.name, loaded.entry.number)
    if first is None or not first.is_alone or not isinstance(first.value, ast.Call):
        return ()
    cls: Any = case.real(first.value.func)
    if not is_a(cls, type) or not is_module_class(cls):
        return ()
    texts = [segment(first.source, first.statement), segment(loaded.source, loaded.value)]
    again = "\n".join([*texts, segment(site.source, site.line)])
    return verified(case, Candidate(again, replaces_line=True))


def _with(case: Case, node: ast.expr, network: ast.expr) -> tuple[Any, ...]:
    """The failing expression with the network in the place of the report."""
    if not isinstance(network, ast.Name) or kind_of(case.names.get(network.id)) is not Kind.MODULE:
        return ()
    whole = next(
        (each for each in case.parents[:1] if isinstance(each, ast.Call) and each.func is case.node), case.node
    )
    if not isinstance(whole, ast.expr):
        return ()
    return verified(case, Candidate(spliced(case.site.source, whole, {node: network.id}), of=whole))


def _state_dict(case: Case) -> Finding | None:
    """``net = torch.load("net.pt")`` of a state dict, and then ``net(x)`` or ``net.eval()``."""
    node = _object(case)
    held: Any = case.real(node) if node is not None else None
    if node is None or not is_plain_dict(held):
        return None
    shapes, name = shapes_of_dict(held), operand_text(case, node)
    if isinstance(case.node, ast.Attribute) and case.node.attr not in _OF_NETWORKS:
        inside = shapes or next((each for part in held.values() if (each := shapes_of_dict(part))), {})
        if not any(key.startswith(f"{case.node.attr}.") for key in inside):
            return None
    if shapes is not None and not _is_of_network(case, held, shapes):
        return None
    inner = [key for key, each in held.items() if type(key) is str and shapes_of_dict(each) is not None]
    if shapes is None and not inner:
        return None
    key = f'["{inner[0]}"]' if shapes is None else ""
    networks = [*_networks(case, shapes if shapes is not None else shapes_of_dict(held[inner[0]]))]
    if shapes is None:
        text = gettext(
            "{name} is a dict, a checkpoint with the state dict of a network under {key}. It is not the network: make "
            "that one first, then load the state dict into it with load_state_dict.",
            name=name,
            key=f'"{inner[0]}"',
        )
    else:
        text = gettext(
            "{name} is a state dict: the names of parameters and their tensors. It is not the network: make that one "
            "first, then load the state dict into it with load_state_dict.",
            name=name,
        )
    if len(networks) != 1:
        kept = shapes if shapes is not None else shapes_of_dict(held[inner[0]])
        found = [] if networks else [*_classes(case, kept or {})]
        return _of_class(case, text, node, found[0], key) if len(found) == 1 else Finding(text)
    lines = _lines(case, node, networks[0], key)
    if case.site.is_nested and lines:
        here = gettext("Here these are the lines: {first}, then {second}", first=lines[0], second=lines[1])
        return Finding(f"{text} {here}")
    whole = case.site.line
    load = f"{networks[0]}.load_state_dict({segment(case.site.source, node)}{key})"
    if not isinstance(whole, (ast.Expr, ast.Assign)) or case.site.is_nested:
        takes = gettext("{network} takes it: {code}.", network=networks[0], code=load)
        return Finding(text if case.site.is_nested else f"{text} {takes}")
    return Finding(text, verified(case, Candidate(load, replaces_line=True)))


def _of_class(case: Case, text: str, node: ast.expr, made: str, key: str) -> Finding:
    """The same with the lines that make a network of the one class that the keys are of."""
    site = case.site
    name = node.id if isinstance(node, ast.Name) else "net"
    code = f"{name}.load_state_dict(weights{key})"
    here = gettext(
        "The keys are those of {cls}: with weights for what was loaded, {first}, then {second}.",
        cls=made.partition("(")[0],
        first=f"{name} = {made}",
        second=code,
    )
    alone = isinstance(node, ast.Name) and not site.is_nested and site.line is site.statement
    if _has_sizes(case, made):
        sizes = gettext("Give it the sizes that it was saved with, where those are others.")
        return Finding(f"{text} {here} {sizes}")
    if not alone or "weights" in case.names:
        return Finding(f"{text} {here}")
    lines = f"weights = {name}\n{name} = {made}\n{code}\n{segment(site.source, site.line)}"
    return Finding(f"{text} {here}", verified(case, Candidate(lines, replaces_line=True)))


def _has_sizes(case: Case, made: str) -> bool:
    """Whether the class of ``Net()`` takes arguments, with defaults or without."""
    text = class_text(case, case.names[made.partition("(")[0]])
    init = text.method("__init__") if text is not None else None
    return init is None or len(init.args.args) > 1 or bool(init.args.kwonlyargs)


def _classes(case: Case, shapes: Mapping[str, Any]) -> Iterator[str]:
    """``Net()`` for each class of the learner's whose ``__init__`` makes the layers that the keys begin with."""
    wanted = {key.partition(".")[0] for key in shapes}
    for name, cls in case.names.items():
        if name.startswith("_") or not is_a(cls, type) or not is_module_class(cls):
            continue
        text = class_text(case, cls)
        init = text.method("__init__") if text is not None else None
        if init is None:
            continue
        made = {
            target.attr
            for each in ast.walk(init)
            if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)
            for target in each.targets
            if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self"
        }
        if wanted and wanted <= made:
            required = len(init.args.args) - 1 - len(init.args.defaults)
            yield f"{name}(…)" if required > 0 else f"{name}()"


def _is_of_network(case: Case, held: Any, shapes: Any) -> bool:
    """Whether a dict of tensors is a state dict, not a batch: by its class, its keys, or a network that takes it."""
    if type(held) is not dict or all("." in key or key in ("weight", "bias") for key in shapes):
        return True
    return any(True for _ in _networks(case, shapes))


def _lines(case: Case, node: ast.expr, network: str, key: str) -> tuple[str, str] | None:
    """The lines that make a network such as ``network``, and load what a function has loaded into it."""
    if not isinstance(node, ast.Name):
        return None
    name, held = node.id, case.real(node)
    made, loaded = origin(case, network), origin(case, name)
    if loaded is None:  # the function was given it
        name = next((each for each, value in case.names.items() if value is held and each.isidentifier()), "")
        loaded = origin(case, name) if name else None
    if made is None or loaded is None or not isinstance(made.value, ast.Call) or not isinstance(loaded.value, ast.Call):
        return None
    first = f"{name} = {in_one_line(made.source, made.value)}"
    return first, f"{name}.load_state_dict({in_one_line(loaded.source, loaded.value)}{key})"


def _networks(case: Case, shapes: Any) -> Iterator[str]:
    """The names of the networks at the prompt that take a state dict of these keys and shapes."""
    for name, value in case.names.items():
        is_network = type(name) is str and not name.startswith("_") and kind_of(value) is Kind.MODULE
        if is_network and shapes_of_module(value) == shapes:
            yield name


def _saves_itself(case: Case) -> Finding | None:
    """``net.save("net.pt")``, ``net.load("net.pt")``."""
    node, site = case.node, case.site
    if not isinstance(node, ast.Attribute):
        return None
    owner = case.real(node.value)
    whole = next((each for each in site.parents[:1] if isinstance(each, ast.Call) and each.func is node), None)
    is_network = kind_of(owner) is Kind.MODULE
    if not is_network and not (is_plain_dict(owner) and shapes_of_dict(owner) is not None):
        return None
    given = segment(site.source, whole.args[0]) if whole is not None and len(whole.args) == 1 else ""
    name = segment(site.source, node.value)
    fields = {"name": operand_text(case, node.value), "type": type_name(owner)}
    saved = f"{name}.state_dict()" if is_network else name
    if node.attr.startswith("save"):
        text = gettext(
            "{name} ({type}) has no method that saves it. torch.save writes its state dict to a file.", **fields
        )
        new = f"torch.save({saved}, {given})"
    else:
        text = gettext(
            "{name} ({type}) has no method that reads a file. torch.load reads a state dict from one, and "
            "load_state_dict loads it.",
            **fields,
        )
        new = f"{name}.load_state_dict(torch.load({given}))" if is_network else ""
    if whole is None or not given or not new or whole.keywords:
        return Finding(text)
    return Finding(text, verified(case, Candidate(new, of=whole)) if _is_path(case, whole.args[0]) else ())


def _is_path(case: Case, node: ast.expr) -> bool:
    value = case.value(node)
    return type(value) is str and value != ""


BEFORE = ("modules.subclass", "containers.parts", "containers.moved")

RULES = (
    Rule(
        "load_state_dict report",
        ("TypeError", "AttributeError"),
        r"^'_IncompatibleKeys' object (is not callable|has no attribute)",
        _report,
        more="saving/load-state-dict",
    ),
    Rule(
        "state dict",
        ("TypeError", "AttributeError"),
        r"^'(?:collections\.OrderedDict|dict)' object (is not callable|has no attribute)",
        _state_dict,
        more="saving/state-dict",
    ),
    Rule(
        "module saved",
        ("AttributeError",),
        r"^'[\w.]+' object has no attribute '(save|save_state_dict|save_weights|load|load_weights|from_pretrained)'",
        _saves_itself,
        more="saving/state-dict",
    ),
)
