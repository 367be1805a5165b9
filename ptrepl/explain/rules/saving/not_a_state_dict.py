"""``net.load_state_dict("net.pt")``: something else where a state dict is wanted."""

from __future__ import annotations

import ast
import os
import pathlib
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_a, is_one, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.checkpoint_file import is_regular_file, read_on_meta
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict, listed, shapes_of_dict, shapes_of_module
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _given_to_network(case: Case) -> Finding | None:
    held = locals_of(case, "load_state_dict", "torch/nn/modules/module.py")
    match case.node:
        case ast.Call(func=ast.Attribute(value=value), args=[argument, *_]) if held:
            network = case.called(value, type_name(held["self"]))
        case _:
            return None
    return _finding(case, case.node, argument, held["state_dict"], network, shapes_of_module(held["self"]))


def _finding(case: Case, node: ast.Call, argument: ast.expr, given: Any, network: str, wanted: Any) -> Finding | None:
    source, name = case.site.source, operand_text(case, argument)
    path = _path(given)

    def change(text: str) -> Candidate:
        return Candidate(spliced(source, node, {argument: text}))

    if path is not None:
        return _file(case, network, name, path, wanted, f"torch.load({segment(source, argument)})", change)
    if isinstance(argument, ast.Attribute) and argument.attr == "state_dict":
        text = gettext(
            "{name} is the method itself. With parentheses, {name}(), it is called and gives the state dict.", name=name
        )
        owner = shapes_of_module(case.real(argument.value))
        fits = wanted is not None and owner == wanted
        return Finding(text, verified(case, change(f"{segment(source, argument)}()")) if fits else ())
    if type_name(given) == "method":
        text = gettext(
            "{name} is a method, not a state dict: state_dict was saved without parentheses. Save "
            "{network}.state_dict() instead.",
            name=name,
            network=network,
        )
        return Finding(text)
    if kind_of(given) is Kind.MODULE:
        text = gettext(
            "{name} is a whole network ({type}), not a state dict. Its state_dict() is what load_state_dict takes.",
            name=name,
            type=type_name(given),
        )
        if isinstance(node.func, ast.Attribute) and case.real(node.func.value) is given:
            same = gettext("{name} has that already: what is to be loaded comes from a file.", name=name)
            return Finding(f"{text} {same}")
        fits = wanted is not None and shapes_of_module(given) == wanted
        return Finding(text, verified(case, change(postfix(source, argument, ".state_dict()"))) if fits else ())
    match argument:
        case ast.Call(func=ast.Attribute(value=owner_node, attr="parameters" | "named_parameters")):
            text = gettext(
                "{name} gives parameters one after the other. load_state_dict takes a dict of names and tensors, and "
                "state_dict() gives that.",
                name=name,
            )
            owner = case.real(owner_node)
            fits = wanted is not None and shapes_of_module(owner) == wanted
            # its own state dict would change nothing
            fits = fits and not (isinstance(node.func, ast.Attribute) and case.real(node.func.value) is owner)
            return Finding(text, verified(case, change(postfix(source, owner_node, ".state_dict()"))) if fits else ())
    if given is None:
        made = origin(case, argument.id) if isinstance(argument, ast.Name) else None
        if made is not None:
            text = gettext(
                "{name} is None, and load_state_dict takes a dict of names and tensors. {name} comes from "
                "`{statement}`.",
                name=name,
                statement=made.label,
            )
            return Finding(text)
    text = gettext(
        "{name} is of type {type}. load_state_dict takes a dict of names and tensors, as {network}.state_dict() gives.",
        name=name,
        type=type_name(given),
        network=network,
    )
    return Finding(text)


def _path(given: Any) -> str | None:
    """The name of a file that was given, as a string or a ``pathlib`` path."""
    if type(given) is str:
        return given
    return os.fspath(given) if is_one(type(given), (pathlib.PosixPath, pathlib.WindowsPath)) else None


def _file(case: Case, network: str, name: str, path: str, wanted: Any, load: str, change: Any) -> Finding:
    if not is_regular_file(path):
        text = gettext(
            "{name} is the name of a file, and load_state_dict takes the state dict itself: torch.load(path) reads one "
            "from a file. There is no file of this name here.",
            name=name,
        )
        return Finding(text)
    text = gettext(
        "{name} is the name of a file, and load_state_dict takes the state dict itself. torch.load({name}) reads it "
        "from the file.",
        name=name,
    )
    inside = read_on_meta(path)
    if shapes_of_dict(inside) == wanted and wanted is not None:
        return Finding(text, verified(case, change(load)))
    if not is_plain_dict(inside):
        return Finding(text)
    keys = [key for key, held in inside.items() if shapes_of_dict(held) == wanted is not None and type(key) is str]
    if not keys:
        return Finding(text)
    also = gettext(
        "The file holds a dict with the keys {keys}; the state dict of {network} is the one under {key}.",
        keys=listed([str(key) for key in inside], 6),
        network=network,
        key=f'"{keys[0]}"',
    )
    return Finding(f"{text} {also}", verified(case, *(change(f'{load}["{key}"]') for key in keys)))


def _of_the_class(case: Case) -> Finding | None:
    """``Net.load_state_dict(saved)``, or nothing in the parentheses."""
    match case.node:
        case ast.Call(func=ast.Attribute(attr="load_state_dict", value=value), args=args):
            pass
        case _:
            return None
    held = case.real(value)
    if is_a(held, type) and args:
        text = gettext(
            "{name} is the class. A state dict is loaded into a network: make one first, net = {name}(…), then "
            "net.load_state_dict({given}).",
            name=case.text(value),
            given=operand_text(case, args[0]),
        )
        return Finding(text)
    if kind_of(held) is Kind.MODULE and not args:
        text = gettext(
            'load_state_dict takes the state dict that {name} is to get, such as torch.load("net.pt").',
            name=case.text(value),
        )
        return Finding(text)
    return None


BEFORE = ("modules.subclass",)

RULES = (
    Rule(
        "state dict",
        ("TypeError",),
        r"Expected state_dict to be dict-like, got",
        _given_to_network,
        more="saving/state-dict",
    ),
    Rule(
        "state dict",
        ("TypeError",),
        r"load_state_dict\(\) missing 1 required positional argument: 'state_dict'",
        _of_the_class,
        more="saving/state-dict",
    ),
)
