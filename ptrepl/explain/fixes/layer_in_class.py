"""A layer that the learner's own class makes, with another size: the class typed anew, tried on stand-ins."""

from __future__ import annotations

import ast
import itertools
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.following import Rest, following
from ptrepl.explain.fixes.made_again import optimizers_again
from ptrepl.explain.fixes.remake_network import layer_call
from ptrepl.explain.operands.construction import Construction, constructed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import in_a_sentence, operand, segment, spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import NoStandIn, StandIns
from ptrepl.texts.messages import gettext

_MADE = "_made_anew"
_CONVOLUTIONS = ("Conv2d", "ConvTranspose2d")
_FOLLOWING = ("_BatchNorm", "LayerNorm")
"""Layers whose size is that of what comes before them, and never twice another one by intent."""
_MOST_MODULES = 500
_Texts = dict[ast.expr | ast.stmt, str]
_PLAIN = (ast.Name, ast.Attribute, ast.Constant)
_CONSTANT = (ast.Constant, ast.BinOp, ast.operator)


@dataclass(frozen=True, slots=True)
class LayerAnew:
    """The layer as it should be made. ``said``: a sentence that says what to write; ``fixes``: the class with it."""

    said: str
    fixes: tuple[Fix, ...]


def layer_anew(
    case: Case,
    layer: Layer,
    parameter: str,
    number: int | None,
    texts: Mapping[ast.expr | ast.stmt, str] | None = None,
) -> LayerAnew | None:
    """``layer``, which ``self.name(…)`` called in a method, with ``number`` for its first ``parameter``.

    Without a number ``parameter`` is the class to make it from, ``nn.BatchNorm1d``.
    ``texts``: other texts for expressions of the failing line. None where the class does not show how the layer is
    made, or where the failing line, or one that follows it, refuses what the new layer gives.
    """
    node = case.node
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name) as func):
            held = case.site.frame.f_locals.get(owner)
        case _:
            return None
    if kind_of(held) is not Kind.MODULE or case.site.source == "":
        return None
    made = _MadeIn.find(case, held, name, layer)
    if made is None:
        return None
    new: _Texts | None = {made.call.func: parameter}
    built = constructed(case, held, made.init)
    if number is not None:
        size, init, call = made.size(parameter), made.init, made.call
        last = built.outputs_just_before(init, call, number) if built is not None else None
        new = made.of_the_layer_before(last, size) or made.argument(parameter, held, layer, number)
        if new is None and built is not None:
            new = made.of_the_layer_before(built.outputs_before(init, call, number), size)
        # the greatest index in one batch says little about the number of rows of a table
        if new is None and not texts and built is not None and layer.kind != "Embedding" and not passed_before(case):
            return _constructed_anew(case, layer, parameter, number, made, held, built)
    if new is None or (number is not None and layer.kind != "Embedding" and passed_before(case)):
        return None  # what it was given before would fail then
    texts, shape, swapped = dict(texts or {}), None, [*made.swapped(layer, number)]
    written = [new] if any(isinstance(each, ast.Constant) for other in swapped for each in other) else []
    for each, strict in [*((each, True) for each in (*written, *swapped)), (new, False)]:
        module = made.module(case, held, name, layer, each)
        shape = _result(case, module, {**texts, func: _MADE}, _MADE, strict=strict) if module is not None else None
        if shape is not None:
            new = each
            break
    if shape is None:
        return None
    code = spliced(made.text.source, made.call, new)
    said = gettext("In {cls}.__init__, write {code}.", cls=type_name(held), code=code)
    name_of_call = case.called(node, gettext("the result"))
    gives = gettext("{result} has shape {shape}", result=name_of_call, shape=shape)
    return LayerAnew(said, made.text.anew({**texts, **new}, gives if shape else ""))


@dataclass(frozen=True, slots=True)
class _MadeIn:
    """Where the ``__init__`` of a class makes a layer."""

    text: ClassText
    init: ast.FunctionDef
    call: ast.Call

    @classmethod
    def find(cls, case: Case, held: Any, name: str, layer: Layer) -> _MadeIn | None:
        text = class_text(case, type(held))
        init = text.method("__init__") if text is not None else None
        if text is None or init is None or text.source != case.site.source:
            return None
        made = [
            each
            for each in ast.walk(init)
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == f"{init.args.args[0].arg}.{name}"
        ]
        call = layer_call(case, made[0].value, layer) if len(made) == 1 else None
        return cls(text, init, call) if call is not None else None

    def argument(self, parameter: str, held: Any, layer: Layer, number: int) -> _Texts | None:
        """The new text of the argument: of a name the one other name of ``__init__`` with the right value, or None."""
        was = layer.number(parameter)
        given = {each.arg: each.value for each in self.call.keywords}.get(parameter)
        node = self.call.args[0] if given is None and self.call.args else given
        if node is None or isinstance(node, ast.Starred):
            return None
        if was is not None and (sides := _sides(node, was, number, _channels(held))) is not None:
            return sides
        if all(isinstance(each, _CONSTANT) for each in ast.walk(node)):
            return {node: str(number)} if _is_still(node, was) else None
        if was is not None and number == 2 * was and layer.kind not in _FOLLOWING:
            return {node: f"2 * {operand(self.text.source, node)}"}
        if was is not None and layer.kind == "Linear" and was == _channels(held) and (side := _side(was, number)):
            plain = isinstance(node, ast.Name) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult))
            text = segment(self.text.source, node) if plain else operand(self.text.source, node)
            return {node: f"{text} * {side} * {side}"}
        if isinstance(node, ast.Name):
            fits = [name for name, value in self.defaults(held).items() if value == number and name != node.id]
            return {node: fits[0]} if len(fits) == 1 else None
        return None

    def swapped(self, layer: Layer, number: int | None) -> Iterator[_Texts]:
        """The two sizes in ``nn.Linear(n_out, n_hidden)`` in the other order, where the second is the right one."""
        outputs = layer.number("out_features" if layer.kind == "Linear" else "out_channels")
        match self.call.args:
            case [one, two, *_] if number == outputs and isinstance(one, _PLAIN) and isinstance(two, _PLAIN):
                yield {one: segment(self.text.source, two), two: segment(self.text.source, one)}

    def size(self, parameter: str) -> ast.expr | None:
        """The expression that the layer is given for ``parameter``, its first one."""
        given = {each.arg: each.value for each in self.call.keywords}.get(parameter)
        return self.call.args[0] if given is None and self.call.args else given

    def of_the_layer_before(self, outputs: ast.expr | None, node: ast.expr | None) -> _Texts | None:
        """The outputs of a layer before, as the new text of ``node``; None where it is that already."""
        if outputs is None or node is None or ast.unparse(outputs) == ast.unparse(node):
            return None
        return {node: segment(self.text.source, outputs)}

    def module(
        self, case: Case, held: Any, name: str, layer: Layer, new: Mapping[ast.expr | ast.stmt, str]
    ) -> Any | None:
        """A stand-in of ``self.name`` with the layer made anew; None where that is not known."""
        built = constructed(case, held, self.init)
        scope = FrameScope(case.names, case.names, self.defaults(held) | dict(built.values if built else {}))
        standins = StandIns()
        try:
            tree = ast.parse(spliced(self.text.source, self.call, new), mode="eval")
            made = Evaluator(scope, standins).value(tree.body)
            if not layer.steps:
                return made
            whole = standins.of(own_dict(held)["_modules"][name])
        except (Unknown, Failed, NoStandIn, SyntaxError, LookupError):
            return None
        inner = whole
        for step in layer.steps[:-1]:
            inner = own_dict(inner)["_modules"][step]
        own_dict(inner)["_modules"][layer.steps[-1]] = made
        return whole

    def defaults(self, held: Any) -> dict[str, Any]:
        """The parameters of ``__init__``: what the object keeps under the same name, or their defaults."""
        given = self.init.args
        last = given.args[len(given.args) - len(given.defaults) :]
        pairs = zip(last, given.defaults, strict=True)
        found = {each.arg: node.value for each, node in pairs if isinstance(node, ast.Constant)}
        own = own_dict(held)
        return found | {each.arg: own[each.arg] for each in given.args[1:] if type(own.get(each.arg)) is int}


def _is_still(node: ast.expr, was: int | None) -> bool:
    """Whether ``32 * 8`` in ``__init__`` is the size that the layer has: it may have been replaced since."""
    try:
        found = Evaluator(FrameScope({}, {}), StandIns()).value(node)
    except (Unknown, Failed):
        return True
    return type(found) is not int or was is None or found == was


def _side(was: int, number: int) -> int:
    """The side of a square map whose ``was`` channels are flattened to ``number``; 0 if there is none."""
    side = math.isqrt(number // was) if was and number % was == 0 else 0
    return side if side > 1 and side * side * was == number else 0


def _constructed_anew(
    case: Case, layer: Layer, parameter: str, number: int, made: _MadeIn, held: Any, built: Construction
) -> LayerAnew | None:
    """The object made with another size for the one parameter, or the one entry of a config, that sets the layer's."""
    node = made.size(parameter)
    func, was = getattr(case.node, "func", None), layer.number(parameter)
    if node is None or func is None or not _stands_alone(made.init, node):
        return None
    default = isinstance(node, ast.Name) and node.id not in built.given and made.defaults(held).get(node.id) == was
    if built.value(node) != was and not default:
        return None
    module = made.module(case, held, func.attr, layer, {node: str(number)})
    shape = _result(case, module, {func: _MADE}, _MADE) if module is not None else None
    if shape is None:
        return None
    match node:
        case ast.Name(id=name) if name in built.given or default:
            code = built.anew(name, str(number)) if name in built.given else built.with_more(f"{name}={number}")
            said = gettext(
                "In `{statement}`, {name} is {was}, and {layer} gets it as {parameter}. For this input it is {number}.",
                statement=built.made.label,
                name=name,
                was=was,
                layer=layer.path,
                parameter=parameter,
                number=number,
            )
        case ast.Subscript(value=ast.Name(id=config)) | ast.Attribute(value=ast.Name(id=config)):
            given = built.given.get(config)
            if not isinstance(given, ast.Name):
                return None
            path = f"{given.id}{ast.unparse(node)[len(config) :]}".replace("'", '"')
            code = f"{path} = {number}\n{built.text}"
            said = gettext(
                "{entry} is {was}, and {layer} gets it as {parameter}. For this input it is {number}.",
                entry=path,
                was=was,
                layer=layer.path,
                parameter=parameter,
                number=number,
            )
        case _:
            return None
    if was is not None and number == was + 1 and len(layer.shape) == 2:
        either = gettext(
            "If one column is not an input, such as the target, leave it out; if all are, `{code}`.",
            code=in_a_sentence(code),
        )
        return LayerAnew(f"{said} {either}", ())
    call = case.called(case.node, gettext("the result")) if isinstance(case.node, ast.expr) else ""
    gives = gettext("{result} has shape {shape}", result=call, shape=shape) if shape and call else ""
    lines = [code, *optimizers_again(case, held)]
    return LayerAnew(said, (Fix("\n".join(lines), gives if len(lines) == 1 else ""),))


def _stands_alone(init: ast.FunctionDef, node: ast.expr) -> bool:
    """Whether ``__init__`` reads ``width``, or ``config["width"]``, in this place alone."""
    same = [each for each in ast.walk(init) if isinstance(each, type(node)) and ast.dump(each) == ast.dump(node)]
    return len(same) == 1


def _channels(held: Any) -> int | None:
    """The channels of the last convolution of a network, as it holds them; None where it has none."""
    found, pending = None, [held]
    for each in pending:
        own = own_dict(each)
        if type(each).__name__ in _CONVOLUTIONS:
            found = own.get("out_channels")
        inner = own.get("_modules")
        if type(inner) is dict and len(pending) < _MOST_MODULES:
            pending += [module for module in inner.values() if kind_of(module) is Kind.MODULE]
    return found if type(found) is int else None


def _sides(node: ast.expr, was: int, number: int, channels: int | None) -> _Texts | None:
    """``4 * 4 * channels`` for maps of another size: both sides of the map change by the same factor."""
    factors: list[ast.expr] = []
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mult):
            pending += [each.right, each.left]
        else:
            factors.append(each)
    for one, two in itertools.pairwise(factors):
        if not isinstance(one, ast.Constant) or not isinstance(two, ast.Constant) or type(one.value) is not int:
            continue
        side = one.value
        if two.value != side or side < 2 or was != side * side * (channels or 0):
            continue
        new = math.isqrt(number * side * side // was)
        if new * new * was == number * side * side:
            return {one: str(new), two: str(new)}
    return None


def _result(
    case: Case, module: Any, texts: Mapping[ast.expr | ast.stmt, str], name: str, *, strict: bool = False
) -> str | None:
    """The shape of what the failing call gives with ``module``, "" if it is no tensor; None where it still fails.

    ``strict``: the layers that follow have to take the number of features that it gives.
    """
    site, node = case.site, case.node
    assert isinstance(node, ast.Call)
    standins = StandIns()
    scope = FrameScope.of(site.frame)
    scope = FrameScope(scope.locals, scope.globals, {name: standins.adopt(module)})
    try:
        tree = ast.parse(spliced(site.source, node, texts), mode="eval").body
        found = Evaluator(scope, standins, root=tree).value(tree)
        line = ast.parse(spliced(site.source, site.line, texts)).body[0]
    except (Unknown, Failed, SyntaxError):
        return None
    if not Rest(Evaluator(scope, standins), forgives=not strict).accepts(line, following(site)):
        return None
    return shape_text(tuple(found.shape)) if is_tensor_class(type(found)) else ""


def flattened_in_class(case: Case, call: ast.Call, flat: str, was: int, number: int) -> LayerAnew | None:
    """``x.view(-1, was)`` written as ``flat``, and the one ``nn.Linear(was, …)`` that follows with ``number``.

    None where it is not one, or where the rest of the method refuses what they give.
    """
    site = case.site
    for owner, held in site.frame.f_locals.items():
        inner = own_dict(held).get("_modules") if kind_of(held) is Kind.MODULE else None
        linear = sys.modules["torch"].nn.Linear
        fits = [
            name
            for name, each in (inner.items() if type(inner) is dict else ())
            if type(each) is linear and own_dict(each).get("in_features") == was
        ]
        if len(fits) == 1:
            return _flattened(case, call, flat, held, (owner, fits[0]), (was, number))
    return None


def _flattened(
    case: Case, call: ast.Call, flat: str, held: Any, path: tuple[str, str], sizes: tuple[int, int]
) -> LayerAnew | None:
    site, (owner, name), (_, number) = case.site, path, sizes
    module = own_dict(held)["_modules"][name]
    layer = Layer(f"{owner}.{name}", module, "Linear", None, (), None, (), None)
    made = _MadeIn.find(case, held, name, layer)
    new = made.argument("in_features", held, layer, number) if made is not None else None
    anew = made.module(case, held, name, layer, new) if made is not None and new is not None else None
    if made is None or new is None or anew is None:
        return None
    standins = StandIns()
    scope = FrameScope.of(site.frame)
    evaluator = Evaluator(FrameScope(scope.locals, scope.globals, {_MADE: standins.adopt(anew)}), standins)
    rest = [tree for each in following(site) for tree in _renamed(site.source, each, f"{owner}.{name}")]
    try:
        line = ast.parse(spliced(site.source, site.line, {call: flat})).body[0]
        shape = Evaluator(scope, StandIns()).value(ast.parse(flat, mode="eval").body).shape
    except (SyntaxError, Unknown, Failed, AttributeError):
        return None
    [line] = _replace(line, f"{owner}.{name}")
    if not Rest(evaluator).accepts(line, rest):
        return None
    code = spliced(made.text.source, made.call, new)
    said = gettext(
        "{flat} keeps the batch dim and has {number} features for each row: in {cls}.__init__, write {code}.",
        flat=flat,
        number=number,
        cls=type_name(held),
        code=code,
    )
    gives = gettext("{code} has shape {shape}", code=flat, shape=shape_text(tuple(shape)))
    return LayerAnew(said, made.text.anew({call: flat, **new}, gives))


def _renamed(source: str, statement: ast.stmt, path: str) -> Iterator[ast.stmt]:
    """The statement with another name for the layer ``path``; nothing where its text is not code by itself."""
    try:
        body = ast.parse(f"if True:\n{' ' * max(statement.col_offset, 1)}{segment(source, statement)}").body[0]
    except SyntaxError:
        return
    assert isinstance(body, ast.If)
    for each in body.body:
        yield from _replace(each, path)


def _replace(statement: ast.stmt, path: str) -> list[ast.stmt]:
    class Renaming(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            return ast.Name(_MADE, ast.Load()) if ast.unparse(node) == path else self.generic_visit(node)

    return [Renaming().visit(statement)]
