"""The learner's own network: super().__init__() that did not run, a forward that is missing."""

from __future__ import annotations

import ast
import difflib
import sys
import types
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.following import Rest, following
from ptrepl.explain.fixes.made_again import made_again_said
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.function_body import adopted, argument
from ptrepl.explain.standins.read_code import result_of
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext, ngettext

_MORE = "modules/module-class"
_CONTAINERS = ("ModuleList", "ModuleDict")


def _before_init(case: Case) -> Finding | None:
    frame = case.inner("__setattr__", "register_buffer", "__getattr__")
    module = frame.f_locals.get("self") if frame is not None else None
    if kind_of(module) is not Kind.MODULE or "_modules" in own_dict(module):
        return None
    name, text = type_name(module), class_text(case, type(module))
    init = text.method("__init__") if text is not None else None
    if text is None or init is None:
        return None
    bare = next((each for each in init.body if _is_bare_super(each)), None)
    if bare is not None:
        said = gettext(
            "super().__init__ without () only names the method, so in {cls}.__init__ it never ran. That call prepares "
            "the module for layers and parameters.",
            cls=name,
        )
        return Finding(said, text.anew({bare: "super().__init__()"}))
    said = gettext(
        "{cls}.__init__ uses self before super().__init__() has run. That call prepares the module for layers and "
        "parameters, so it comes first.",
        cls=name,
    )
    if "super" in segment(text.source, init):
        return Finding(said, _super_first(text, init))
    return Finding(said, _with_super(text, init))


def _super_first(text: ClassText, init: ast.FunctionDef) -> tuple[Fix, ...]:
    """The lines of ``__init__`` in their order, after the call that prepares the module."""
    body = init.body
    at = next((index for index, each in enumerate(body) if _is_super_call(each)), 0)
    if not at or any(each.lineno == init.lineno for each in body):
        return ()
    before = body[:at] if not _is_docstring(body[0]) else body[1:at]
    moved = [body[at], *before]
    places = [*before, body[at]]
    return text.anew({place: segment(text.source, each) for place, each in zip(places, moved, strict=True)})


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_super_call(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"))):
            return True
    return False


def _is_bare_super(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and ast.unparse(node) == "super().__init__"


def _with_super(text: ClassText, init: ast.FunctionDef) -> tuple[Fix, ...]:
    first = init.body[0]
    if first.lineno == init.lineno:
        return ()
    return text.anew({first: f"super().__init__()\n{' ' * first.col_offset}{segment(text.source, first)}"})


def _no_forward(case: Case) -> Finding | None:
    frame = case.inner("_call_impl", "_wrapped_call_impl")
    module = frame.f_locals.get("self") if frame is not None else None
    if kind_of(module) is not Kind.MODULE:
        return None
    name, methods = type_name(module), _methods(type(module))
    if name in _CONTAINERS:
        return Finding(
            gettext(
                "An nn.{cls} only holds layers and cannot be called itself. Call its layers one after the other in a "
                "loop, or use nn.Sequential, which does that.",
                cls=name,
            )
        )
    inside = next((each for each, code in methods.items() if _defines_forward(code)), None)
    if inside is not None:
        return Finding(
            gettext(
                "In {cls}, forward is defined inside {method}: its def line is indented too far. Move it to the left, "
                "under the d of def {method}.",
                cls=name,
                method=inside,
            )
            + _again(case, module)
        )
    near = difflib.get_close_matches("forward", [each for each in methods if not each.startswith("__")], 1, 0.7)
    text = class_text(case, type(module))
    if near:
        said = gettext(
            "{cls} has a method {method}. Calling the network runs the method named forward.", cls=name, method=near[0]
        )
        return Finding(said, _renamed(text, near[0]))
    return Finding(
        gettext(
            "{cls} has no forward(self, x). Calling the network runs it: it computes the output from an input. "
            "Write def forward(self, x): in the class, with a return at its end.",
            cls=name,
        )
        + _again(case, module)
    )


def _again(case: Case, module: Any) -> str:
    """A sentence, after a blank: what is made again once the class is another one; "" where nothing is."""
    said = made_again_said(case, type(module))
    return said and f" {said}"


def _methods(cls: type) -> dict[str, types.CodeType]:
    return {name: each.__code__ for name, each in class_dict(cls).items() if isinstance(each, types.FunctionType)}


def _defines_forward(code: types.CodeType) -> bool:
    return any(isinstance(each, types.CodeType) and each.co_name == "forward" for each in code.co_consts)


def _renamed(text: ClassText | None, name: str) -> tuple[Fix, ...]:
    method = text.method(name) if text is not None else None
    if text is None or method is None:
        return ()
    return text.anew({method: segment(text.source, method).replace(f"def {name}", "def forward", 1)})


def _arguments(case: Case) -> Finding | None:
    frame = case.inner("_call_impl")
    module: Any = frame.f_locals.get("self") if frame is not None else None
    if kind_of(module) is not Kind.MODULE:
        return None
    if type(module) is sys.modules["torch"].nn.Sequential:
        return _several_inputs(case, module)
    name, text = type_name(module), class_text(case, type(module))
    forward = text.method("forward") if text is not None else None
    if text is None or forward is None or forward.args.vararg is not None:
        return None
    parameters = [each.arg for each in forward.args.args]
    if "self" in parameters:
        taken, given = len(parameters) - 1, int(case.match["given"]) - 1
        counted = ngettext(
            "The forward of {cls} takes {count} input besides self, and got {given}.",
            "The forward of {cls} takes {count} inputs besides self, and got {given}.",
            taken,
            cls=name,
            given=given,
        )
        if (starred := _starred(case, taken)) is not None:
            return Finding(f"{counted} {starred.text}", starred.fixes)
        if (used := _named(case, parameters, taken, given)) is not None:
            return Finding(f"{counted} {used}{_again(case, module)}")
        instead = gettext(
            "What it is to compute with needs a name in the def line of forward(self, {parameters}); what it does not "
            "need is left out of the call.",
            parameters=", ".join(parameters[1:]),
        )
        return Finding(f"{counted} {instead}{_again(case, module)}")
    said = gettext(
        "The first argument of forward is the network itself: write def forward(self, {parameters}).",
        parameters=", ".join(parameters) or "x",
    )
    if not parameters:
        return Finding(said)
    first = forward.args.args[0]
    return Finding(said, text.anew({first: f"self, {segment(text.source, first)}"}))  # type: ignore[arg-type,dict-item]


def _named(case: Case, parameters: list[str], taken: int, given: int) -> str | None:
    """What to write where the further inputs have names of their own; None where one has none."""
    node = case.node
    if not isinstance(node, ast.Call) or node.keywords or len(node.args) != given or not taken:
        return None
    further = [each.id for each in node.args[taken:] if isinstance(each, ast.Name)]
    before = {each.id for each in node.args[:taken] if isinstance(each, ast.Name)}
    if len({*further} - before - {*parameters}) != given - taken:
        return None
    source = case.site.source
    kept = ", ".join(in_one_line(source, each) for each in node.args[:taken])
    return gettext(
        "If it is to compute with {further}, write def forward(self, {parameters}) and use {further} in it. If not, "
        "write {call}.",
        further=", ".join(further),
        parameters=", ".join([*parameters[1:], *further]),
        call=f"{in_one_line(source, node.func)}({kept})",
    )


def _starred(case: Case, taken: int) -> Finding | None:
    """``model(*inputs)`` of a batch with more parts than ``forward`` takes."""
    match case.node:
        case ast.Call(args=[ast.Starred(value=ast.Name() as parts)], keywords=[]) as node:
            held: Any = case.real(parts)
        case _:
            return None
    if type(held) not in (list, tuple) or len(held) <= taken:
        return None
    code = f"{parts.id}[:{taken}]"
    said = gettext(
        "*{parts} hands over each of its {count} parts. If the first are those that forward takes, {code} leaves the "
        "others out; else give each further one a name in the def line of forward.",
        parts=parts.id,
        count=len(held),
        code=f"{segment(case.site.source, node.func)}(*{code})",
    )
    return Finding(said, verified(case, Candidate(spliced(case.site.source, node, {parts: code}))))


def _several_inputs(case: Case, module: Any) -> Finding | None:
    """``layers(x, mask)``: an nn.Sequential hands one value from layer to layer."""
    node, site = case.node, case.site
    if not isinstance(node, ast.Call) or len(node.args) < 2 or node.keywords:
        return None
    name = case.called(node.func, gettext("the network"))
    said = gettext(
        "{name} is an nn.Sequential: it calls its first layer with one input, and each further layer with the result "
        "of the one before.",
        name=name,
    )
    given = [segment(site.source, each) for each in node.args]
    values = _after_all_layers(case, node, module)
    rounds = _rounds(site.line, node, given, len(values)) if values else None
    if rounds is None or not isinstance(node.func, (ast.Name, ast.Attribute)):
        return Finding(f"{said} {_in_own_loop(len(values))}")
    start, results, called = rounds
    fields = {"name": name, "results": ", ".join(results), "call": called, "start": start.strip()}
    if start:
        loop = gettext(
            "Layers that take several inputs are called in a loop. Write {start}, and after it: for layer in {name}: "
            "{results} = {call}.",
            **fields,
        )
    else:
        loop = gettext(
            "Layers that take several inputs are called in a loop: for layer in {name}: {results} = {call}.", **fields
        )
    text = f"{said} {loop}"
    rest = Rest(Evaluator(case.scope_of(site.outer), StandIns(strict=True)))
    if not _is_value_of(site.line, node) or not rest.accepts_values(_bound(results, values), following(site)):
        return Finding(text)
    code = f"{start}for layer in {name}:\n    {', '.join(results)} = {called}"  # not a sentence: code
    return Finding(text, verified(case, Candidate(code, replaces_line=True)))


def _in_own_loop(count: int) -> str:
    """What to say without a line: it is not known what each layer is to be given. ``count``: how many it returns."""
    if count > 1:
        return gettext(
            "Layers that take several inputs are called in a loop of your own. Each of these returns {count} values, "
            "so the loop also says which of them the next layer is given, and for which input.",
            count=count,
        )
    return gettext(
        "Layers that take several inputs are called in a loop of your own, which gives each layer its inputs."
    )


def _rounds(line: ast.stmt, node: ast.Call, given: list[str], count: int) -> tuple[str, list[str], str] | None:
    """The line before the loop, the names that it carries from layer to layer, and the call in it.

    None where the names, or which input a further result is for, would be a guess.
    """
    match line:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if value is node and count == 1:
            results = [target]
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value) if value is node and count > 1:
            results = [each.id for each in targets if isinstance(each, ast.Name)]
        case _ if count == 1:
            results = given[:1]
        case _:
            return None
    if len(results) != count or not all(each.isidentifier() for each in results) or {*results} & {*given[count:]}:
        return None
    if any(isinstance(each, ast.Name) and each.id in results for each in ast.walk(node.func)):
        return None
    old = given[:count]
    if any(one not in two and two not in one for one, two in zip(results[1:], old[1:], strict=True)):
        return None  # ``out, weights = layers(x, mask)``: the weights are no mask
    if any(result in old and old[at] != result for at, result in enumerate(results)):
        return None
    start = f"{', '.join(results)} = {', '.join(old)}\n" if results != old else ""
    return start, results, f"layer({', '.join([*results, *given[count:]])})"


def _is_value_of(line: ast.stmt, node: ast.Call) -> bool:
    return isinstance(line, ast.Assign) and line.value is node


def _bound(results: list[str], values: list[Any]) -> dict[str, Any]:
    return dict(zip(results, values, strict=True))


def _after_all_layers(case: Case, node: ast.Call, module: Any) -> list[Any]:
    """What takes the place of the first inputs after all layers, on stand-ins; [] where a round fails or is not known.

    A layer that gives a tuple gives the next one as many of its inputs, each as it was in shape and dtype.
    """
    evaluator = Evaluator(case.scope, StandIns(strict=True))
    layers = own_dict(module).get("_modules", {})
    count = 0
    try:
        values = [argument(evaluator, each) for each in node.args]
        kept = [_form(each) for each in values]
        for layer in layers.values():
            found = result_of(evaluator, layer, [adopted(evaluator.standins, each) for each in values], {})
            parts = list(found) if type(found) is tuple else [found]
            if count not in (0, len(parts)) or len(parts) > len(values) or not all(map(_form, parts)):
                return []
            if any(_form(each) != kept[at] for at, each in enumerate(parts) if at):
                return []
            count = len(parts)
            values[:count] = parts
    except (Unknown, Failed):
        return []
    return values[:count]


def _form(value: Any) -> tuple[Any, ...]:
    return (tuple(value.shape), value.dtype) if is_tensor_class(type(value)) else ()


def _super_with_arguments(case: Case) -> Finding | None:
    node, site = case.node, case.site
    if not isinstance(node, ast.Call) or not ast.unparse(node).startswith("super().__init__("):
        return None
    held = site.frame.f_locals.get("self")
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    said = gettext("super() already refers to this network, so super().__init__() of nn.Module takes no arguments.")
    if text is None:
        return Finding(said)
    same = next((each for each in ast.walk(text.node) if isinstance(each, ast.Call) and _equal(each, node)), None)
    return Finding(said, text.anew({same: "super().__init__()"}) if same is not None else ())


def _equal(one: ast.Call, other: ast.Call) -> bool:
    return (one.lineno, one.col_offset, ast.dump(one)) == (other.lineno, other.col_offset, ast.dump(other))


BEFORE = ("python.attribute",)

RULES = (
    Rule(
        "missing super().__init__()",
        ("AttributeError",),
        r"cannot assign \w+ before Module\.__init__\(\) call|"
        r"object has no attribute '_(?:\w+_hooks\w*|parameters|buffers|modules)'",
        _before_init,
        more=_MORE,
    ),
    Rule("missing forward", ("NotImplementedError",), r"missing the required \"forward\"", _no_forward, _MORE),
    Rule(
        "forward arguments",
        ("TypeError",),
        r"\.forward\(\) takes (?:from \d+ to )?\d+ positional arguments? but (?P<given>\d+) (?:was|were) given",
        _arguments,
        more=_MORE,
    ),
    Rule(
        "super().__init__() arguments",
        ("TypeError",),
        r"__init__\(\) takes 1 positional argument but \d+ were given",
        _super_with_arguments,
        more=_MORE,
    ),
)
