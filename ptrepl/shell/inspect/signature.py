"""How something is called, without asking the thing itself: no code of the learner's runs, no value is ``repr``-ed.

Built-in functions of torch have no signature that Python could read; it stands in the first lines of their docstring.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, is_module_class, is_one, mro
from ptrepl.shell.inspect.text import annotation_text, short_text

_NAME = re.compile(r"(?:[\w.]+\.)?(\w+)\(")
_OVERLOAD = re.compile(r"^\s*\.\. (?:function|method):: *(.+)$", re.MULTILINE)
_LAST = re.compile(r"\w+(\[[^\]]*\])*$")
_MOST_LINES = 8
_BUILT_IN = (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)


def signatures(value: Any, label: str, docstring: str = "") -> list[str]:
    """``["ones(*size, *, out=None, …) -> Tensor"]``: a text for each way to call ``value``, none if there is none.

    ``label``: how the learner wrote it; ``docstring``: its own, which is believed before anything else.
    """
    own, rest = split_docstring(docstring)
    if own:
        return [own, *_OVERLOAD.findall(rest)]
    return [f"{_last_name(label)}{text}" for text in _texts(value)]


def instance_signatures(cls: type, label: str) -> list[str]:
    """How an instance of ``cls`` is called, which nobody has made yet."""
    return [f"{_last_name(label)}{text}" for text in _of_instance(cls)]


def _last_name(label: str) -> str:
    found = _LAST.search(label)
    return found[0] if found else label


def split_docstring(docstring: str) -> tuple[str, str]:
    """The signature in the first lines of a docstring, on one line, and the rest; "" and all of it if there is none."""
    lines = inspect.cleandoc(docstring).splitlines()
    match = _NAME.match(lines[0]) if lines else None
    if match is None:
        return "", docstring
    text = ""
    for count, line in enumerate(lines[:_MOST_LINES], 1):
        text = f"{text} {line.strip()}".strip()
        if text.count("(") == text.count(")"):
            closed = re.fullmatch(r"[\w.]+\(.*\)(\s*->.*)?", text)
            return (text, "\n".join(lines[count:]).strip("\n")) if closed else ("", docstring)
    return "", docstring


def _texts(value: Any) -> Iterator[str]:
    cls = type(value)
    if is_a(value, type):
        yield from _of_class(value)
    elif cls is types.MethodType:
        yield from _of_function(value.__func__, bound=True)
    elif cls is types.FunctionType:
        yield from _of_function(value, bound=False)
    elif is_one(cls, _BUILT_IN):
        if text := value.__text_signature__:
            yield _without_markers(text)
    else:
        yield from _of_instance(cls)


def _of_instance(cls: type) -> Iterator[str]:
    yield from _of_attribute(cls, "forward" if is_module_class(cls) else "__call__")


def _of_class(cls: type) -> Iterator[str]:
    for name in ("__init__", "__new__"):
        if found := list(_of_attribute(cls, name)):
            # a class gives an instance, whatever its __init__ is annotated with
            yield from (text.removesuffix(" -> None") for text in found)
            return
    text = type.__dict__["__text_signature__"].__get__(cls)
    if text:
        yield _without_markers(text)


def _of_attribute(cls: type, name: str) -> Iterator[str]:
    """The signature of a method that is written in Python, as one calls it on an instance."""
    found = next((class_dict(base)[name] for base in mro(cls) if name in class_dict(base)), None)
    if type(found) is staticmethod:
        found = found.__func__
    if type(found) is types.FunctionType:
        yield from _of_function(found, bound=True)


def _of_function(function: Any, *, bound: bool) -> Iterator[str]:
    # inspect would follow __wrapped__ with getattr, into whatever object a decorator has put there
    while type(inner := function.__dict__.get("__wrapped__")) is types.FunctionType:
        function = inner
    if type(function) is not types.FunctionType:
        return
    bare = types.FunctionType(function.__code__, {}, "f", function.__defaults__, function.__closure__)
    bare.__kwdefaults__ = function.__kwdefaults__
    parameters = list(inspect.signature(bare).parameters.values())
    if bound and parameters and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
        parameters = parameters[1:]
    annotations = _annotations(function)
    returned = f" -> {annotation_text(annotations['return'])}" if "return" in annotations else ""
    yield f"({', '.join(_parameters(parameters, annotations))}){returned}"


def _annotations(function: types.FunctionType) -> dict[str, Any]:
    try:
        return dict(function.__annotations__)
    except Exception:  # from Python 3.14 on they are evaluated only when they are asked for
        return {}


def _parameters(parameters: list[inspect.Parameter], annotations: dict[str, Any]) -> Iterator[str]:
    previous = None
    for parameter in parameters:
        kind = parameter.kind
        if previous is parameter.POSITIONAL_ONLY and kind is not parameter.POSITIONAL_ONLY:
            yield "/"
        if kind is parameter.KEYWORD_ONLY and previous not in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL):
            yield "*"
        yield _parameter(parameter, annotations)
        previous = kind
    if previous is inspect.Parameter.POSITIONAL_ONLY:
        yield "/"


def _parameter(parameter: inspect.Parameter, annotations: dict[str, Any]) -> str:
    stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
    stars = "**" if parameter.kind is parameter.VAR_KEYWORD else stars
    text = f"{stars}{parameter.name}"
    annotated = parameter.name in annotations
    if annotated:
        text += f": {annotation_text(annotations[parameter.name])}"
    if parameter.default is not parameter.empty:
        text += (" = " if annotated else "=") + short_text(parameter.default)
    return text


def _without_markers(text: str) -> str:
    """A text signature without the marks of CPython's own: ``($self, /, x)`` → ``(x)``."""
    return re.sub(r"\(\$\w+(, /)?(, )?", "(", text)
