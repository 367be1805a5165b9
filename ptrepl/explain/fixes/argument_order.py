"""A call that gives the arguments of the learner's function in another order: the function is not to be rewritten."""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass, replace
from inspect import CO_VARARGS

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, type_name
from ptrepl.explain.called_name import called_name, names_within
from ptrepl.explain.case import Case
from ptrepl.explain.locate import file_source, frames_of, is_top_level
from ptrepl.explain.rewrite import in_one_line
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.texts.messages import gettext


@dataclass(frozen=True, slots=True)
class GivenArguments:
    """What a call gave for each parameter: ``data_iter(features, labels, 10)``."""

    function: str
    called: str
    """What is called, as it was written."""
    parameters: tuple[str, ...]
    texts: tuple[str, ...]
    """The positional arguments of the call, as they were written."""


def with_order(case: Case, finding: Finding) -> Finding:
    """The finding, which says the order of the arguments where the call gives them in another one, and no fix then."""
    given = given_arguments(case)
    wrong = _misplaced(case, given) if given is not None else None
    if given is None or wrong is None:
        return finding
    parameter, text = wrong
    if _are_alike(case, parameter, text):
        return finding
    order = gettext(
        "{function} takes its arguments in the order {parameters}, and this call gives {argument} for {parameter}.",
        function=given.function,
        parameters=", ".join(given.parameters),
        argument=text,
        parameter=parameter,
    )
    ordered = _in_order(given)
    if ordered is not None:
        call = f"{given.called}({', '.join(ordered)})"
        lines = [line for fix in finding.fixes for line in fix.code.splitlines()]
        if any(call in line and not line.lstrip().startswith("def ") for line in lines):
            return finding
        instead = gettext("In its order the call is {call}.", call=call)
        order = f"{order} {instead}"
    return replace(finding, text=f"{order} {finding.text}", fixes=())


def given_arguments(case: Case, *, made: bool = False) -> GivenArguments | None:
    """The arguments with which the failing function was called; None where that is not known, or not positional.

    ``made``: the function is an ``__init__``, and the call is that of its class.
    """
    site = case.maybe_site
    if site is None or site.outer is not site.frame:
        return None
    if is_top_level(site.outer.f_code) or site.outer.f_code.co_name == "<lambda>":
        return None
    node = _call(case, site.frame, made=made)
    code = site.frame.f_code
    if node is None or node[0].keywords or code.co_flags & CO_VARARGS:
        return None
    call, source = node
    parameters = code.co_varnames[: code.co_argcount]
    if parameters[:1] == ("self",):
        parameters = parameters[1:]
    if len(call.args) > len(parameters) or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    texts = tuple(in_one_line(source, each) for each in call.args)
    return GivenArguments(code.co_name, in_one_line(source, call.func), parameters[: len(texts)], texts)


def _call(case: Case, frame: types.FrameType, *, made: bool) -> tuple[ast.Call, str] | None:
    """The call that runs in ``frame``, and the text that it stands in. A generator runs where it is looped over."""
    from ptrepl.explain.failing_node import failing_node

    entries = [*frames_of(case.error.__traceback__)]
    at = next((index for index, each in enumerate(entries) if each.tb_frame is frame), 0)
    module = frame.f_locals.get("self")
    if frame.f_code.co_name == "forward" and kind_of(module) is Kind.MODULE:  # torch runs it
        while at > 1 and entries[at - 1].tb_frame.f_locals.get("self") is module:
            at -= 1
    if not at or not case.learner_files(entries[at - 1].tb_frame.f_code.co_filename):
        return None
    source = file_source(entries[at - 1].tb_frame.f_code.co_filename)
    node = failing_node(entries[at - 1], source) if source is not None else None
    found: ast.AST | None = node.iter if isinstance(node, ast.For) else node
    if source is None or not isinstance(found, ast.Call):
        return None
    if entries[at].tb_frame is not frame:
        return (found, source.text) if _is_called(entries[at - 1].tb_frame, found.func, module) else None
    name = called_name(found)
    expected = type_name(frame.f_locals.get("self")) if made else frame.f_code.co_name
    return (found, source.text) if name == expected else None


def _is_called(frame: types.FrameType, node: ast.expr, module: object) -> bool:
    """Whether ``node`` names the module, which nothing is run to find out."""
    return FrameScope.of(frame).real_or_none(node) is module


def _misplaced(case: Case, given: GivenArguments) -> tuple[str, str] | None:
    """A parameter of the failing expression that got an argument with the name of another one, or one of its kind."""
    frame = case.site.frame
    named = names_within(case.site.node)
    # attention(x, q, q) gives q for two of them, and means it
    others = {each for each in given.parameters if given.texts.count(each) == 1}
    for parameter, text in zip(given.parameters, given.texts, strict=True):
        if parameter in named and text in others and text != parameter:
            return parameter, text
    for parameter, text in zip(given.parameters, given.texts, strict=True):
        if named & {*given.parameters} and text in others and text != parameter:
            return parameter, text
    values = [frame.f_locals.get(each) for each in given.parameters]
    numbers = any(type(each) in (int, float) for each in values)
    for parameter, text, value in zip(given.parameters, given.texts, values, strict=True):
        if numbers and parameter in named and is_tensor_class(type(value)) and _wants_integer(case, parameter):
            return parameter, text
    return None


def _are_alike(case: Case, one: str, other: str) -> bool:
    """Whether both hold floating point tensors of one shape: exchanged they would fail in the same way."""
    held = [case.site.frame.f_locals.get(each) for each in (one, other)]
    if not all(is_tensor_class(type(each)) for each in held):
        return False
    first, second = map(read, held)
    return first.shape == second.shape and first.dtype == second.dtype and str(first.dtype).startswith("float")


def _wants_integer(case: Case, name: str) -> bool:
    """Whether the failing expression is ``range`` of it."""
    match case.site.node:
        case ast.Call(func=ast.Name(id="range"), args=args):
            return any(isinstance(each, ast.Name) and each.id == name for each in args)
    return False


def _in_order(given: GivenArguments) -> list[str] | None:
    """The arguments in the order of the parameters: those with a parameter's name there, the others where room is."""
    places: dict[str, str] = {text: text for text in given.texts if text in given.parameters}
    rest = [text for text in given.texts if text not in places]
    free = [each for each in given.parameters if each not in places]
    if not places or len(rest) != len(free) or len(rest) > 1:
        return None
    places |= dict(zip(free, rest, strict=True))
    return [places[each] for each in given.parameters]
