"""A layer's class where a layer was meant: ``nn.ReLU(x)`` for ``nn.ReLU()(x)``, ``nn.Sequential(nn.ReLU)``."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, is_a, is_module_class, is_tensor_class, kind_of, name_of_type, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.argument_order import given_arguments
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.retyped import typed
from ptrepl.explain.fixes.spelling import around
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.texts.messages import gettext

_LAYERS = {
    "relu": "ReLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "gelu": "GELU",
    "softmax": "Softmax",
    "flatten": "Flatten",
}

_SETTINGS = dict.fromkeys(("Softmax", "LogSoftmax", "Softmin"), "dim=-1")
"""What a layer needs to be told, where it was given its input alone."""


def _made(case: Case) -> Finding | None:
    site = case.site
    if case.node is None:
        return None
    for call, place in _calls(case):
        given = [*call.args]
        if not given or any(each.arg is None for each in call.keywords):
            continue
        if not all(_is_tensor(case, each) for each in given) and not (place is not None and _keeps(case, place)):
            continue
        source = site.source if place is None else place.source
        cls = in_one_line(source, call.func)
        inputs = [each for each in given if _is_tensor(case, each)] or given[:1]
        inner = ", ".join(in_one_line(source, each) for each in inputs)
        numbers = [in_one_line(source, each) for each in given if each not in inputs]
        named = [f"{each.arg}={in_one_line(source, each.value)}" for each in call.keywords]
        settings = ", ".join([*numbers, *named]) or _SETTINGS.get(cls.rpartition(".")[2], "")
        new = f"{cls}({settings})({inner})"
        if _needs_arguments(case, call) and not settings:
            code = f"{cls}(…)({inner})"
            instead = gettext("The input goes into the layer: {code}, with its sizes in the first brackets.", code=code)
        elif place is None and _fails(case, new):
            instead = gettext("The input goes into the layer that it makes.")
        else:
            instead = gettext("The input goes into the layer: {code}.", code=new)
        return Finding(f"{_is_class(cls, place)} {instead}", tuple(_fixes(case, call, place, new)))
    return None


def _fails(case: Case, code: str) -> bool:
    """Whether the layer refuses the input on stand-ins: it may take more inputs than these."""
    try:
        Evaluator(case.scope, StandIns()).value(ast.parse(f"({code})", mode="eval").body)
    except Failed:
        return True
    except (Unknown, SyntaxError):
        pass
    return False


def _is_class(cls: str, place: Origin | None) -> str:
    if place is None:
        return gettext(
            "{cls} is a class: {cls}(…) makes a layer, and the arguments in its brackets are settings, not the input.",
            cls=cls,
        )
    return gettext(
        "{cls} is a class: `{statement}` makes a layer, and the arguments in its brackets are settings, not the input.",
        cls=cls,
        statement=place.label,
    )


def _calls(case: Case) -> Iterator[tuple[ast.Call, Origin | None]]:
    """Calls of layer classes in the failing expression, and in the statements that assigned its names."""
    assert case.node is not None
    for each in ast.walk(around(case) if isinstance(case.node, ast.expr) else case.node):
        if isinstance(each, ast.Call) and is_torch_class(case.real(each.func)):
            yield each, None
        elif isinstance(each, ast.Name) and kind_of(case.real(each)) is Kind.MODULE:
            made = origin(case, each.id)
            if made is not None and isinstance(made.value, ast.Call) and is_torch_class(case.real(made.value.func)):
                yield made.value, made


def _keeps(case: Case, place: Origin) -> bool:
    """Whether the layer that ``place`` made holds a tensor as a setting: ``nn.ReLU(x)`` as its ``inplace``."""
    held = own_dict(case.real(ast.Name(place.name, ast.Load())))
    return "_parameters" in held and any(is_tensor_class(type(each)) for each in held.values())


def _is_tensor(case: Case, node: ast.expr) -> bool:
    return case.facts(node) is not None


def _needs_arguments(case: Case, call: ast.Call) -> bool:
    """Whether no layer can be created without arguments."""
    init: Any = getattr(case.real(call.func), "__init__", None)
    if type(init) is not types.FunctionType:
        return True
    return init.__code__.co_argcount - 1 > len(init.__defaults__ or ())


def _fixes(case: Case, call: ast.Call, place: Origin | None, new: str) -> Iterator[Any]:
    site = case.site
    if place is None:
        whole = around(case)
        yield from tried(
            case, [Candidate(spliced(site.source, whole, {call: new}) if whole is not call else new, of=whole)]
        )
    elif place.is_alone and not site.is_nested and site.line is site.statement:
        again = spliced(place.source, place.statement, {place.value: new})
        fix = typed(case, f"{again}\n{segment(site.source, site.line)}", "")
        if fix is not None:
            yield fix
    elif place.entry is None and site.is_nested:
        held = site.frame.f_locals.get("self")
        text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
        same = (
            [each for each in ast.walk(text.node) if isinstance(each, ast.Call) and _is_at(each, call)] if text else []
        )
        if text is not None and len(same) == 1:
            yield from text.anew({same[0]: new})


def _is_at(one: ast.expr, other: ast.expr) -> bool:
    return (one.lineno, one.col_offset, ast.dump(one)) == (other.lineno, other.col_offset, ast.dump(other))


def _own_class(case: Case) -> Finding | None:
    """``UNet(image)`` for ``UNet(3)(image)``, and ``model = Net`` for ``model = Net()``: a class of the learner's."""
    site, node = case.site, case.node
    held = site.frame.f_locals.get("self") if site.frame.f_code.co_name == "__init__" else None
    if kind_of(held) is Kind.MODULE and (given := given_arguments(case, made=True)) is not None:
        for parameter in given.parameters:
            if is_tensor_class(type(site.frame.f_locals.get(parameter))) and _uses(case, parameter):
                inputs = [
                    each
                    for name, each in zip(given.parameters, given.texts, strict=True)
                    if is_tensor_class(type(site.frame.f_locals.get(name)))
                ]
                code = f"{given.called}(…)({', '.join(inputs)})"
                said = gettext(
                    "{cls} is a class: {call} creates a network, and gives the tensor to its setting {parameter}. The "
                    "input goes into the network: {code}, with its settings in the first brackets.",
                    cls=given.called,
                    call=f"{given.called}({', '.join(given.texts)})",
                    parameter=parameter,
                    code=code,
                )
                return Finding(said)
    if not isinstance(node, ast.Call) or not node.args or not all(_is_tensor(case, each) for each in node.args):
        return None
    cls = case.real(node.func)
    if not is_a(cls, type) or not is_module_class(cls) or is_torch_class(cls):
        return None
    name = name_of_type(cls)
    called, inner = case.text(node.func), ", ".join(case.text(each) for each in node.args)
    if called == name:
        said = gettext(
            "{cls} is a class: {cls}() creates a network, and the input goes into that: {cls}()({inner}).",
            cls=name,
            inner=inner,
        )
    else:
        said = gettext(
            "{called} is the class {cls}, not a network. {cls}() creates one: {called} = {cls}(), then "
            "{called}({inner}).",
            called=called,
            cls=name,
            inner=inner,
        )
    return Finding(said)


def _uses(case: Case, name: str) -> bool:
    assert case.node is not None
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(case.node))


def _part(case: Case) -> Finding | None:
    """What was put into a Sequential or a ModuleList and is no layer."""
    node, site = case.node, case.site
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("add_module", "register_module"):
        return _name_first(case, node)
    parts = [
        each
        for part in node.args
        for each in (part.elts if isinstance(part, ast.List) and len(node.args) == 1 else [part])
    ]
    source = site.source
    given = node.args[0] if len(node.args) == 1 else None
    if given is not None and case.real(node.func) is sys.modules["torch"].nn.Sequential:
        named = _named_layers(case, node, given)
        if named is not None:
            return named
    is_list = isinstance(given, ast.List) or (given is not None and type(case.real(given)) in (list, tuple))
    is_list = is_list or (isinstance(given, ast.Call) and case.match["part"] in ("list", "tuple"))
    if given is not None and is_list and case.real(node.func) is sys.modules["torch"].nn.Sequential:
        container = case.called(node.func, gettext("The container"))
        said = gettext(
            "{container} takes the layers one after the other, not a list of them. A * before the list unpacks it.",
            container=container,
        )
        code = spliced(source, node, {given: f"*{segment(source, given)}"})
        return Finding(said, verified(case, Candidate(code)))
    for each in parts:
        real = case.real(each)
        if is_torch_class(real):
            needed = _required(real)
            made = f"{in_one_line(source, each)}({', '.join(needed)})"
            said = gettext("{cls} is the class, not a layer. {code} creates one.", cls=case.text(each), code=made)
            if needed:
                return Finding(said)
            return Finding(said, tried(case, [Candidate(spliced(source, node, {each: made}))]))
        name = getattr(real, "__name__", "") if type(real) in (types.FunctionType, types.BuiltinFunctionType) else ""
        if name in _LAYERS:
            layer, container = f"nn.{_LAYERS[name]}()", case.called(node.func, gettext("the container"))
            said = gettext(
                "{function} is a function, and {container} holds layers. {layer} is the layer that does the same.",
                function=case.text(each),
                container=container,
                layer=layer,
            )
            return Finding(said, tried(case, [Candidate(spliced(source, node, {each: layer}))]))
    return _among(case, case.called(node.func, gettext("the container")))


def _name_first(case: Case, node: ast.Call) -> Finding | None:
    """``self.add_module(nn.Linear(4, 2), "fc")``."""
    if len(node.args) != 2 or type(case.value(node.args[1])) is not str:
        return None
    layer, name = (segment(case.site.source, each) for each in node.args)
    code = spliced(case.site.source, node, {node.args[0]: name, node.args[1]: layer})
    said = gettext("add_module takes the name first, then the layer: {code}.", code=in_a_sentence(code))
    return Finding(said, verified(case, Candidate(code)))


def _required(cls: Any) -> tuple[str, ...]:
    """The names of what its ``__init__`` must be given."""
    init: Any = getattr(cls, "__init__", None)
    if type(init) is not types.FunctionType:
        return ()
    code, defaults = init.__code__, len(init.__defaults__ or ())
    return code.co_varnames[1 : max(code.co_argcount - defaults, 1)]


def _named_layers(case: Case, node: ast.Call, given: ast.expr) -> Finding | None:
    """``nn.Sequential({"fc": …})``, ``nn.Sequential([("fc", …)])``: layers with names."""
    pairs = isinstance(given, ast.List) and given.elts and all(isinstance(each, ast.Tuple) for each in given.elts)
    if not isinstance(given, ast.Dict) and not pairs:
        return None
    code = spliced(case.site.source, node, {given: f"OrderedDict({segment(case.site.source, given)})"})
    said = gettext(
        "{container} takes layers with names as an OrderedDict: from collections import OrderedDict, then "
        "OrderedDict(…) around them.",
        container=case.called(node.func, gettext("The container")),
    )
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return Finding(said)
    line = spliced(site.source, site.line, {node: code})
    return Finding(said, (Fix(f"from collections import OrderedDict\n{line}"),))  # not a sentence: code


def _among(case: Case, container: str) -> Finding | None:
    """A function or a class in a list of layers that was made before: ``nn.Sequential(*layers)``."""
    name = case.match["part"].rpartition(".")[2]
    if name in _LAYERS:
        return Finding(
            gettext(
                "Among the layers is the function {function}, and {container} holds layers. nn.{layer}() is the layer "
                "that does the same.",
                function=name,
                container=container,
                layer=_LAYERS[name],
            )
        )
    if is_torch_class(getattr(sys.modules["torch"].nn, name, None)):
        return Finding(
            gettext(
                "Among the layers is the class nn.{cls}, and not a layer. nn.{cls}() with brackets makes one.", cls=name
            )
        )
    return None


_MORE = "modules/layer-classes"

BEFORE = (
    "python.joined_text",
    "python.attribute",
    "python.called",
    "modules.too_many_settings",
    "arrays.creation",
    "arrays.from_data",
    "forward.missing_input",
    "modules.module",
    "modules.network_call",
    "autograd.no_gradient",
    "shapes.product",
    "python.truth",
    "python.scalar",
    "python.keyword",
    "modules.own_arguments",
)

RULES = (
    Rule(
        "layer class",
        ("AttributeError", "TypeError", "RuntimeError"),
        r"object has no attribute|unsupported operand type|must be Tensor, not|positional argument|"
        r"Boolean value of Tensor|failed to unpack|not supported between",
        _made,
        more=_MORE,
    ),
    Rule(
        "network class",
        ("TypeError", "RuntimeError", "ValueError"),
        r"Boolean value of Tensor|takes \d+ positional arguments? but|must be Tensor|"
        r"^empty\(\)(?: received an invalid|: argument)|"
        r"only one element tensors|only integer tensors of a single element|cannot be interpreted as an integer",
        _own_class,
        more=_MORE,
    ),
    Rule("non-layer", ("TypeError",), r"^(?P<part>[\w.]+) is not a Module subclass", _part, more=_MORE),
)
