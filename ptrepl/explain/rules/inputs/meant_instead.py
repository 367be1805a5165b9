"""A layer of another size than its input, where the sizes say that another layer, or another tensor, was meant.

No size is wrong there: a layer with another size would run, on what was not meant for it.
"""

from __future__ import annotations

import ast
import textwrap
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, own_dict
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.layer_in_class import layer_anew
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.layer_sizes import features_given, features_taken, last_with_features, works_like
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer, failing_layer
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import label
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import end_position, in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.last_layer import before_another_head
from ptrepl.explain.rules.forward.layer_input import input_is
from ptrepl.explain.rules.inputs.meant_tensors import exchanged, left_out, other_argument
from ptrepl.explain.rules.inputs.not_applied import dropped_result, pool_left_out
from ptrepl.explain.rules.inputs.overwritten import overwritten
from ptrepl.explain.rules.readings.gone_features import gone_features
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_TAKE_LAST = ("Linear", "LSTM", "GRU", "RNN")
_CONVOLUTIONS = ("Conv1d", "Conv2d", "Conv3d")
_PARAMETERS = {
    "Linear": "in_features",
    **dict.fromkeys(("LSTM", "GRU", "RNN"), "input_size"),
    **dict.fromkeys(_CONVOLUTIONS, "in_channels"),
}
_MOST_CALLS = 8
_Texts = dict[ast.expr | ast.stmt, str]


@dataclass(frozen=True, slots=True)
class _Method:
    """The method of the learner's class in which ``self.name(…)`` failed."""

    case: Case
    layer: Layer
    text: ClassText
    body: ast.FunctionDef
    held: Any
    call: ast.Call
    name: str
    wants: int
    has: int

    @classmethod
    def of(cls, case: Case, layer: Layer, wants: int, has: int) -> _Method | None:
        match case.node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name), args=[_], keywords=[]) as call:
                held = case.site.frame.f_locals.get(owner)
            case _:
                return None
        text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
        body = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
        if (
            text is None
            or body is None
            or not body.args.args
            or text.source != case.site.source
            or any(step != "0" for step in layer.steps)
        ):
            return None
        return cls(case, layer, text, body, held, call, name, wants, has)

    def modules(self) -> dict[str, Any]:
        """The layers that the object has under names of its own."""
        inner = own_dict(self.held).get("_modules")
        return dict(inner) if type(inner) is dict else {}

    def calls(self) -> list[tuple[ast.Call, str]]:
        """Each ``self.name(…)`` of the method with the name, in the order in which Python comes to them."""
        found = []
        for each in ast.walk(self.body):
            match each:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) as call:
                    if owner == self.body.args.args[0].arg and name in self.modules():
                        found.append((call, name))
        return sorted(found, key=lambda each: end_position(each[0]))

    def never_called(self) -> Iterator[tuple[str, Any]]:
        """The layers that no method but ``__init__`` speaks of."""
        methods = [each for each in self.text.node.body if isinstance(each, ast.FunctionDef)]
        inside = [each for method in methods if method.name != "__init__" for each in ast.walk(method)]
        spoken = {each.attr for each in inside if isinstance(each, ast.Attribute)}
        whole = bool({"children", "named_children", "modules", "_modules"} & spoken)
        init = next((method for method in methods if method.name == "__init__"), None)
        made = {each.attr for each in ast.walk(init or ast.Pass()) if isinstance(each, ast.Attribute)}
        for name, module in self.modules().items():
            if name in made and name not in spoken and not whole and works_like(module, self.modules()[self.name]):
                yield name, module

    def runs(self, texts: _Texts) -> bool | None:
        """Whether the call of the network goes through on stand-ins with ``texts``; None where that is not known."""
        outer, old = _outermost(self.case), class_dict(type(self.held)).get(self.body.name)
        if outer is None or not isinstance(outer.node, ast.Call) or type(old) is not types.FunctionType:
            return None
        standins = StandIns()
        try:
            new = ast.parse(textwrap.dedent(" " * self.body.col_offset + spliced(self.text.source, self.body, texts)))
            assert isinstance(new.body[0], ast.FunctionDef)
            standins.anew = {old.__code__: new.body[0]}
            Evaluator(outer.scope, standins).value(outer.node)
        except (SyntaxError, Failed):
            return False
        except Unknown:
            return None
        return True

    def found(self, said: str, texts: _Texts) -> Finding | None:
        """The finding with the class typed anew, where that is not long and is known to run; None where it fails."""
        runs = self.runs(texts)
        return None if runs is False else Finding(said, self.text.anew(texts) if runs else ())

    def text_of(self, node: ast.expr) -> str:
        return segment(self.text.source, node)


def _outermost(case: Case) -> Case | None:
    """The outermost of the learner's calls of a network that led to the failure."""
    found = None
    for number, site in enumerate(own_sites(case)):
        if number == _MOST_CALLS:
            return None
        outer = case if site.node is case.node else replace(case, maybe_site=site)
        if isinstance(site.node, ast.Call) and kind_of(outer.real(site.node.func)) is Kind.MODULE:
            found = outer
    return found if found is not None and found.node is not case.node else None


def _with_state(case: Case, layer: Layer) -> Layer:
    """The layer with its input, where the call gives a state as well: ``self.gru(e, h)``."""
    match case.node:
        case ast.Call(args=[given, _], keywords=[]) if layer.kind in _TAKE_LAST and case.real(given) is layer.given:
            return replace(layer, argument=given)
    return layer


def _meant(case: Case) -> Finding | None:
    layer = failing_layer(case, *_TAKE_LAST, *_CONVOLUTIONS)
    layer = _with_state(case, layer) if layer is not None else None
    if layer is None or layer.argument is None or len(layer.shape) < 2:
        return None
    dim = -1 if layer.kind in _TAKE_LAST else len(layer.shape) - 1 - int(layer.kind[-2])
    wants, has = features_taken(layer.module), layer.shape[dim]
    if wants is None or wants == has or dim == len(layer.shape) - 1:
        return None
    made = gettext("{layer} was made with {size}.", layer=layer.path, size=f"{_PARAMETERS[layer.kind]}={wants}")
    said = f"{made} {input_is(case, layer)}"
    method = _Method.of(case, layer, wants, has)
    found = None
    if method is not None:
        found = _computed(method, dim) or _skipped(method) or _another(method) or _in_other_order(method)
    found = found or before_another_head(case, layer, wants) or overwritten(case, layer, wants, has)
    found = found or _of_tensors(case, layer, wants, dim, method) or _mirrored(case, layer, wants, has)
    if found is None and not passed_before(case):  # what went well with another input lacks no step
        if method is not None:
            found = dropped_result(case, method.text, method.body, layer, wants, method.runs) or _pooled(method)
        found = found or gone_features(case, layer, wants)
    return replace(found, text=f"{said} {found.text}") if found is not None else None


def _of_tensors(case: Case, layer: Layer, wants: int, dim: int, method: _Method | None) -> Finding | None:
    """Another tensor that ``forward`` has was meant, or both together."""
    if method is None and layer.argument is not None and (both := left_out(case, layer, wants, dim)) is not None:
        return Finding(both[0], tried(case, [Candidate(changed(case, {layer.argument: both[1]}))]))
    if method is None or layer.argument is None:
        return None
    if (other := other_argument(case, layer, wants, dim)) is not None:
        said, name, exchange = other
        if exchange is not None:
            return exchanged(case, exchange, said)
        return Finding(said, method.text.anew({layer.argument: name}))
    if (both := left_out(case, layer, wants, dim)) is not None:
        return method.found(both[0], {layer.argument: both[1]})
    return None


def _mirrored(case: Case, layer: Layer, wants: int, has: int) -> Finding | None:
    """A decoder with the sizes of the encoder: its first layer is of the sizes of the one that made its input."""
    given = features_given(layer.module)
    match layer.argument:
        case ast.Call(func=ast.Attribute() | ast.Name() as func):
            before = case.real(func)
        case ast.Name(id=name):
            made = assigned_just_before(case, name)
            before = case.real(made.value.func) if made is not None and isinstance(made.value, ast.Call) else None
        case _:
            return None
    last = last_with_features(before) if kind_of(before) is Kind.MODULE else None
    if last is None or layer.kind != "Linear" or (features_taken(last), features_given(last)) != (wants, has):
        return None
    if given != has or not layer.steps:
        return None
    said = gettext(
        "It takes and gives as many as the layer that made its input, nn.Linear({wants}, {has}). If it is to undo "
        "that, its sizes stand in the other order, nn.Linear({has}, {wants}), and so do those of the layers after it.",
        wants=wants,
        has=has,
    )
    return Finding(said)


def _skipped(method: _Method) -> Finding | None:
    """A layer that nothing calls, and that makes of the input what the failing one takes."""
    fits = [
        name
        for name, each in method.never_called()
        if features_taken(each) == method.has and features_given(each) == method.wants
    ]
    if len(fits) != 1:
        return None
    between = f"{method.body.args.args[0].arg}.{fits[0]}"
    around, given = _activation(method), method.text_of(method.call.args[0])
    code = around.replace("…", f"{between}({given})")
    said = gettext(
        "{between}, which takes {has} and gives {wants}, is made in __init__ and not called: it belongs between, "
        "{layer}({code}).",
        between=between,
        has=method.has,
        wants=method.wants,
        layer=method.text_of(method.call.func),
        code=code,
    )
    return method.found(said, {method.call.args[0]: code})


def _activation(method: _Method) -> str:
    """``torch.relu(…)``, where the method has the calls before in it; ``…`` elsewhere."""
    before = [each for each, _ in method.calls() if each.lineno < method.call.lineno]
    around = getattr(before[-1], "parent", None) if before else None
    match around:
        case ast.Call(func=ast.Attribute() as func, args=[one], keywords=[]) if one is before[-1]:
            return f"{method.text_of(func)}(…)" if ast.unparse(func.value) in ("torch", "F", "self") else "…"
    return "…"


def _pooled(method: _Method) -> Finding | None:
    anew = layer_anew(method.case, method.layer, "in_features", method.has)
    return pool_left_out(method.text, method.body, method.modules(), method.layer, method.runs, anew)


def _another(method: _Method) -> Finding | None:
    """A layer that nothing calls, and that takes what this one was given."""
    fits = [name for name, each in method.never_called() if features_taken(each) == method.has]
    if len(fits) != 1:
        return None
    other = f"{method.body.args.args[0].arg}.{fits[0]}"
    said = gettext(
        "{other}, which takes {has}, is made in __init__ and not called: it was probably meant here, {code}.",
        other=other,
        has=method.has,
        code=f"{other}({method.text_of(method.call.args[0])})",
    )
    return method.found(said, {method.call.func: other})


def _in_other_order(method: _Method) -> Finding | None:
    """The layer that is called next makes of the input what this one takes."""
    calls = method.calls()
    at = next((number for number, (each, _) in enumerate(calls) if each is method.call), len(calls))
    if at + 1 >= len(calls):
        return None
    later, name = calls[at + 1]
    module = method.modules()[name]
    if features_taken(module) != method.has or features_given(module) != method.wants or name == method.name:
        return None
    first, second = method.text_of(method.call.func), method.text_of(later.func)
    said = gettext(
        "{second}, which takes {has} and gives {wants}, is called after {first}: in the other order each gets what it "
        "takes.",
        first=first,
        second=second,
        has=method.has,
        wants=method.wants,
    )
    return method.found(said, {method.call.func: second, later.func: first})


def _computed(method: _Method, dim: int) -> Finding | None:
    """``self.dec(h)``, where ``z = self.mu(h)`` is of the right size, and nothing but a ``return`` reads it."""
    given = method.layer.argument
    if not isinstance(given, ast.Name):
        return None
    returns = {id(part) for each in ast.walk(method.body) if isinstance(each, ast.Return) for part in ast.walk(each)}
    line = method.case.site.line
    bound_again = {each.id for each in ast.walk(line) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    used = {
        each.id
        for each in ast.walk(method.body)
        if isinstance(each, ast.Name)
        and isinstance(each.ctx, ast.Load)
        and id(each) not in returns
        and not (each.id in bound_again and each.lineno > line.lineno)
    }
    shape, fits, of_given = method.layer.shape, [], {given.id}
    for each in method.body.body:
        if isinstance(each, ast.Assign) and any(part in of_given for part in names_within(each.value)):
            of_given |= {part for target in each.targets for part in names_within(target)}
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if each.lineno < method.call.lineno:
                held = method.case.site.frame.f_locals.get(name)
                of_it = any(part in of_given for part in names_within(value))
                wanted = [*shape]
                wanted[dim] = method.wants
                found = sizes(read(held)) if is_tensor_class(type(held)) else None
                if of_it and name not in used and name != given.id and found == tuple(wanted):
                    fits.append((name, each))
    if len(fits) != 1:
        return None
    name, statement = fits[0]
    said = gettext(
        "{name}, from `{statement}`, has {wants}: it was probably meant here, {code}.",
        name=name,
        statement=label(method.text.source, statement),
        wants=method.wants,
        code=f"{in_one_line(method.text.source, method.call.func)}({name})",
    )
    return method.found(said, {given: name})


BEFORE = ("sequences.masks", "shapes.conv", "shapes.layer", "shapes.product")

RULES = (
    Rule(
        "meant instead",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied|^a and b must have same reduction dim|"
        r"input.size\(-1\) must be equal to input_size|to have \d+ channels, but got \d+ channels instead",
        _meant,
        more="modules/layer-input",
    ),
)
