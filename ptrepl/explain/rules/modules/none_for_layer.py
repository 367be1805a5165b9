"""None in the place of a layer: in nn.Sequential, or as an attribute that ``__init__`` gave it to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import in_one_line, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_IDENTITY = "nn.Identity()"


def _none_for_layer(case: Case) -> Finding | None:
    return _in_sequential(case) or _attribute(case)


def _in_sequential(case: Case) -> Finding | None:
    """``nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4) if norm else None)``."""
    frames = case.inner_frames
    if not frames or frames[-1].f_code.co_qualname != "Sequential.forward":
        return None
    network = frames[-1].f_locals.get("self")
    layers = own_dict(network).get("_modules")
    if type(layers) is not dict or frames[-1].f_locals.get("module", 0) is not None:
        return None
    name = next((each for each, layer in layers.items() if layer is None), None)
    path = next((path for path, each in case.modules() if each is network), "")
    if name is None or not path:
        return None
    text = gettext(
        "{layer} is None, and nn.Sequential calls each of its layers. {identity} is a layer that changes nothing: "
        "write it in the place of None.",
        layer=f"{path}[{name}]" if name.isdigit() else f"{path}.{name}",
        identity=_IDENTITY,
    )
    return Finding(text, _with_identity(case, network))


def _number_for_layer(case: Case) -> Finding | None:
    """``self.encoder(x)``, where the class was given a size and not the network."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr=attribute) as called, args=[_, *_]):
            pass
        case _:
            return None
    number, module = case.real(called), case.real(owner)
    if type(number) not in (int, float, bool) or kind_of(module) is not Kind.MODULE:
        return None
    return Finding(
        gettext(
            "{name} is the number {value}, and this line calls it as a network. Where {cls} is made, give it the "
            "network for {attribute}.",
            name=case.text(called),
            value=number,
            cls=type_name(module),
            attribute=attribute,
        )
    )


def _with_identity(case: Case, network: Any) -> tuple[Fix, ...]:
    """The class, the function or the statement that made the network, with nn.Identity() for the one None in it."""
    for name, held in case.site.frame.f_locals.items() if case.site.is_nested else ():
        inner = own_dict(held).get("_modules") if kind_of(held) is Kind.MODULE else None
        if type(inner) is dict and any(each is network for each in inner.values()):
            text = class_text(case, type(held))
            init = text.method("__init__") if text is not None and name == "self" else None
            found = [*_nones(init)] if init is not None else []
            return text.anew({found[0]: _IDENTITY}) if text is not None and len(found) == 1 else ()
    match case.node:
        case ast.Call(func=ast.Name(id=called)) if case.names.get(called) is network:
            pass
        case _:
            return ()
    entry = next((each for each in earlier(case) if called in each.bound), None)
    tree = parsed(entry.source) if entry is not None else None
    found = [*_nones(tree)] if tree is not None else []
    if entry is None or tree is None or len(tree.body) != 1 or len(found) != 1:
        return ()
    return (Fix(spliced(entry.source, tree.body[0], {found[0]: _IDENTITY})),)


def _nones(tree: ast.AST) -> Iterator[ast.expr]:
    """Each None that is an argument of nn.Sequential."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and getattr(each.func, "attr", getattr(each.func, "id", "")) == "Sequential":
            yield from (none for argument in each.args for none in _none_in(argument))


def _none_in(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.IfExp(body=body, orelse=other):
            yield from (*_none_in(body), *_none_in(other))
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Starred(value=ast.List(elts=elements)):
            for each in elements:
                yield from _none_in(each)
        case ast.Constant(value=None):
            yield node


def _attribute(case: Case) -> Finding | None:
    """``self.norm(x)`` after ``self.norm = nn.BatchNorm2d(c) if norm else None``."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attribute) as function) if (
            not case.inner_frames
        ):
            held = case.scope.locals.get(owner)
        case _:
            return None
    if kind_of(held) is not Kind.MODULE:
        return None
    own = own_dict(held)
    if own.get(attribute, own.get("_modules", {}).get(attribute, 0)) is not None:
        return None
    text = class_text(case, type(held))
    init = text.method("__init__") if text is not None else None
    made = [each for each in ast.walk(init) if _sets(each, attribute)] if init is not None else []
    if text is None or init is None or len(made) != 1 or not isinstance(made[0], ast.Assign):
        return None
    name, value = operand_text(case, function), made[0].value
    said = gettext(
        "{name} is None, so there is nothing to call. `{statement}` in {cls}.__init__ sets it.",
        name=name,
        statement=in_one_line(text.source, made[0]),
        cls=text.node.name,
    )
    nones = [*_none_in(value)] if isinstance(value, ast.IfExp) else []
    if len(nones) == 1 and isinstance(value, ast.IfExp) and (word := _other_asked_for(init, value.test)) is not None:
        other = gettext(
            "{parameter} is not {value} here. Give it that, or write a branch for the value that it has: a layer that "
            "was asked for is not to be left out.",
            parameter=word[0],
            value=word[1],
        )
        return Finding(f"{said} {other}")
    if len(nones) == 1:
        instead = gettext("{identity} in the place of None is a layer that changes nothing.", identity=_IDENTITY)
        return Finding(f"{said} {instead}", text.anew({nones[0]: _IDENTITY}))
    defaults = dict(zip(reversed(init.args.args), reversed(init.args.defaults), strict=False))
    given = next((each for each in defaults if isinstance(value, ast.Name) and each.arg == value.id), None)
    if given is not None and isinstance(defaults[given], ast.Constant) and defaults[given].value is None:  # type: ignore[attr-defined]
        instead = gettext(
            "Give {cls} a layer as {argument}, or call it only where it is one: if {name} is not None.",
            cls=text.node.name,
            argument=given.arg,
            name=name,
        )
        return Finding(f"{said} {instead}")
    return Finding(said)


def _other_asked_for(init: ast.FunctionDef, test: ast.expr) -> tuple[str, str] | None:
    """The two sides of ``act == "relu"`` where another kind of layer may have been asked for: none is no default."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str(text))]):
            pass
        case _:
            return None
    defaults = dict(zip(reversed(init.args.args), reversed(init.args.defaults), strict=False))
    default = next((each for argument, each in defaults.items() if argument.arg == name), None)
    nothing = isinstance(default, ast.Constant) and str(default.value).casefold() in ("none", "false", "")
    return None if nothing else (name, repr(text))


def _sets(node: ast.AST, attribute: str) -> bool:
    match node:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
            return name == attribute
    return False


BEFORE = (
    "autograd.no_gradient",
    "arrays.from_data",
    "data.split",
    "inputs.array_methods",
    "modules.class_slips",
    "optimizers.scheduler_settings",
    "python.called",
    "python.no_function",
    "saving.location",
)

RULES = (
    Rule(
        "no layer",
        ("TypeError",),
        r"^'NoneType' object is not callable",
        _none_for_layer,
        more="python/none",
    ),
    Rule(
        "layer number",
        ("TypeError",),
        r"^'(?:int|float|bool)' object is not callable",
        _number_for_layer,
        more="modules/layer-classes",
    ),
)
