"""Python's own functions: ``len()`` of a number, ``max(rain, dim=1)``, which only a tensor's ``max`` knows."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _no_length(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Name(id="len"), args=[value]):
            held = case.real(value)
        case _:
            return None
    if type(held) not in (int, float, bool):
        return None
    text = gettext(
        "{name} is {value}, a Python number ({type}), and len() counts the entries of a list or the rows of a tensor.",
        name=operand_text(case, value),
        value=held,
        type=type_name(held),
    )
    return Finding(text)


_METHODS = {name: name for name in ("max", "min", "sum", "all", "any", "round", "abs")} | {"sorted": "sort"}
"""Python's functions, and the method of a tensor that does the like and takes dims."""


def _of_tensor(case: Case) -> Finding | None:
    """``max(rain, dim=1)``: an argument that the method of the same name has, and Python's function has not."""
    match case.node:
        case ast.Call(func=ast.Name(id=name), args=[value, *others], keywords=[_, *_] as given) if name in _METHODS:
            pass
        case _:
            return None
    if case.real(case.node.func) is not getattr(builtins, name) or case.facts(value) is None:
        return None
    source = case.site.source
    inside = ", ".join(segment(source, each) for each in (*others, *given))  # type: ignore[arg-type]
    code = postfix(source, value, f".{_METHODS[name]}({inside})")
    fields = {"function": name, "word": given[0].arg or "**", "method": _METHODS[name]}
    fixes = tuple(tried(case, [Candidate(code)]))
    if not fixes:
        return Finding(gettext("This {function} is Python's, which takes no {word}=.", **fields))
    text = gettext("This {function} is Python's, which takes no {word}=. A tensor's own {method}() does.", **fields)
    return Finding(text, fixes)


BEFORE = ("data.dataset", "python.keyword")


def greatest_of_tensors(case: Case, name: str, args: list[ast.expr]) -> Finding | None:
    """Python's ``max`` and ``min``, which want one truth value for each pair; None where no argument has dims."""
    shapes = [case.shape(each) for each in args]
    named = next((each for each, shape in zip(args, shapes, strict=True) if shape), None)
    if named is None:
        return None
    shape = case.shape(named) or ()
    fields = {"function": name, "name": operand_text(case, named), "shape": shape_text(shape)}
    if len(args) == 1 and len(shape) > 1:
        text = gettext(
            "Python's {function} compares {tensor}[0] with {tensor}[1] and so on, and needs one True or False each "
            "time; each of them has shape {part}. A tensor's own {function} takes a dim: {tensor}.{function}(dim=0) "
            "gives the values and where they stand, {tensor}.{function}() one number of all.",
            part=shape_text(shape[1:]),
            tensor=in_a_sentence(operand(case.site.source, named)),
            **fields,
        )
    else:
        text = gettext(
            "Python's {function} compares its values in pairs and needs one True or False for each pair; {name} has "
            "shape {shape}, so there are several.",
            **fields,
        )
    return Finding(text, tried(case, _torch_extreme(case, name, args, named)))


def _torch_extreme(case: Case, name: str, args: list[ast.expr], named: ast.expr) -> Iterator[Candidate]:
    source = case.site.source
    if len(args) == 1:
        yield Candidate(postfix(source, named, f".{name}()"))
    elif len(args) == 2:
        other = args[1] if named is args[0] else args[0]
        if case.facts(other) is not None:
            node = case.node
            assert isinstance(node, ast.Call)
            yield Candidate(spliced(source, node, {node.func: f"torch.{name}imum"}))
        else:
            limit = "min" if name == "max" else "max"
            yield Candidate(postfix(source, named, f".clamp({limit}={segment(source, other)})"))


RULES = (
    Rule(
        "length",
        ("TypeError",),
        r"^object of type '(?:int|float|bool)' has no len\(\)",
        _no_length,
        more="python/numbers-and-tensors",
    ),
    Rule(
        "built-in keyword",
        ("TypeError",),
        r"^'\w+' is an invalid keyword argument for \w+\(\)|^\w+\(\) takes no keyword arguments|"
        r"^\w+\(\) got an unexpected keyword argument '\w+'",
        _of_tensor,
        more="python/keyword-arguments",
    ),
)
