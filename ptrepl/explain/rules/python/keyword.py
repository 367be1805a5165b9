"""A keyword argument that the function does not have: misspelt, or of another name in torch."""

from __future__ import annotations

import ast
import re
import sys
import types
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, is_a, kind_of, module_name, mro, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import end_position, in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.texts.messages import gettext

_OTHER_NAMES = {
    "axis": "dim",
    "axes": "dim",
    "dims": "dim",
    "keepdims": "keepdim",
    "learning_rate": "lr",
    "rate": "lr",
    "shape": "size",
    "grad": "requires_grad",
    "requires_gradient": "requires_grad",
    "type": "dtype",
    "momentum": "betas",
    "stop": "end",
    "num": "steps",
    "prob": "p",
    "probability": "p",
    "drop_prob": "p",
    "path": "f",
    "filename": "f",
    "file": "f",
    "minval": "low",
    "maxval": "high",
}
_ALIASES = ("axis", "keepdims")
"""Names of NumPy that functions of torch take beside their own."""
_MOST = 8


def _unknown(case: Case) -> Finding | None:
    node, site = case.node, case.site
    if not isinstance(node, ast.Call):
        return None
    known = _known(case, node)
    if known and (starred := _in_a_dict(case, node, known)) is not None:
        return starred
    wrong = _wrong(case, node, known)
    if wrong is None or wrong.arg is None:
        return None
    word, said = wrong.arg, operand_text(case, node.func)
    if not known:
        return _without_names(case, node)
    other = _other_name(word, known)
    if other in known and word in _ALIASES and not named_wrong(case):
        return _alias(case, node, wrong, said, str(other))
    if word == "steps" and "step" in known and case.text(node.func) == "torch.arange":
        return _number_of_steps(case, node)
    if word == "map_location" and said.endswith("load_state_dict"):
        return _of_load(case, node, wrong, said)
    found = _meant(case, node, wrong, known)
    if not found and kind_of(case.real(node.func)) is Kind.MODULE:
        return _of_forward(case, node, wrong, known)
    if not found and word == "dim" and getattr(case.real(node.func), "__name__", "") in _OF_EACH:
        return _of_each_element(case, node, wrong, said)
    if not found:
        listed = ", ".join(known[:_MOST]) + (", …" if len(known) > _MOST else "")
        text = gettext("{function} has no argument {name}. It takes {names}.", function=said, name=word, names=listed)
        return Finding(text)
    text = gettext("{function} has no argument {name}. It has {other}.", function=said, name=word, other=found[0])
    words = _all_meant(case, node, wrong, known)
    if not words:
        return Finding(text)  # with another name in it that is unknown, the call would fail again
    new = {each: f"{words[each]}={segment(site.source, each.value)}" for each in words}
    candidate = Candidate(spliced(site.source, node, new))  # type: ignore[arg-type]
    given = {each.arg for each in node.keywords}
    if is_a(case.real(node.func), type) and found[0] not in given:
        return Finding(text, verified(case, candidate))  # stand-ins make no object of a class of the learner's
    return Finding(text, tried(case, [candidate]))


def _meant(case: Case, node: ast.Call, wrong: ast.keyword, known: list[str]) -> list[str]:
    """What the argument ``wrong`` may be called, the likeliest first; not what the call gives already."""
    word = str(wrong.arg)
    other = _other_name(word, known)
    if other in known and word != "momentum":
        return [str(other)]
    given = {each.arg for each in node.keywords if each is not wrong}
    if type(case.real(node.func)) is type and not any(isinstance(each, ast.Starred) for each in node.args):
        given |= {*known[: len(node.args)]}
    return near(word, [each for each in known if each not in given], 0.6)


def _all_meant(case: Case, node: ast.Call, wrong: ast.keyword, known: list[str]) -> dict[ast.keyword, str]:
    """A name for each argument that the function does not have; {} where one of them has none."""
    strange = [each for each in node.keywords if each.arg is not None and each.arg not in (*known, *_ALIASES)]
    words = {each: next(iter(_meant(case, node, each, known)), "") for each in {wrong: 0, **dict.fromkeys(strange, 0)}}
    return words if all(words.values()) and len({*words.values()}) == len(words) else {}


def _number_of_steps(case: Case, node: ast.Call) -> Finding:
    """``torch.arange(0, 1, steps=5)``: ``step`` is how far two numbers are apart, and no number of steps."""
    text = gettext(
        "torch.arange has no argument steps. Its step is how far two numbers are apart; torch.linspace takes how many "
        "numbers there are, as steps, the end among them."
    )
    return Finding(text, tried(case, [Candidate(spliced(case.site.source, node, {node.func: "torch.linspace"}))]))


def _in_a_dict(case: Case, node: ast.Call, known: list[str]) -> Finding | None:
    """``model(**batch)`` of a dict with more keys than ``forward`` takes."""
    word = case.match.groupdict().get("word")
    match node:
        case ast.Call(args=[], keywords=[ast.keyword(arg=None, value=ast.Name() as given)]):
            held: Any = case.real(given)
        case _:
            return None
    if type(held) is not dict or word not in held or word in known:
        return None
    function, taken = operand_text(case, node.func), [each for each in known if each in held]
    code = ", ".join(f'{each}={given.id}["{each}"]' for each in taken)
    code = f"{segment(case.site.source, node.func)}({code})"
    text = gettext(
        "{dict} has the key {name}, and {function} takes {names}: it is given each key of the dict. With those that it "
        "takes: {code}.",
        dict=given.id,
        name=word,
        function=function,
        names=", ".join(known[:_MOST]),
        code=code,
    )
    return Finding(text, verified(case, Candidate(code)) if taken else ())


_OF_EACH = frozenset("relu sigmoid tanh gelu elu selu silu leaky_relu softplus exp log sqrt abs dropout".split())
"""Functions that compute with each element alone."""


def _of_each_element(case: Case, node: ast.Call, wrong: ast.keyword, said: str) -> Finding:
    """``F.relu(scores, dim=1)``."""
    text = gettext("{function} computes with each element alone, so it has no argument dim.", function=said)
    source = case.site.source
    named = [f"{each.arg}={segment(source, each.value)}" for each in node.keywords if each is not wrong and each.arg]
    given = ", ".join([*(segment(source, each) for each in node.args), *named])
    return Finding(text, tried(case, [Candidate(f"{segment(source, node.func)}({given})")]))


def _of_load(case: Case, node: ast.Call, wrong: ast.keyword, said: str) -> Finding:
    """``net.load_state_dict(torch.load(path), map_location="cpu")``."""
    text = gettext("{function} has no argument map_location. torch.load has it, which reads the file.", function=said)
    match node.args[:1]:
        case [ast.Call(func=ast.Attribute(attr="load"), args=[_, *_]) as load]:
            source = case.site.source
            last = max((*load.args, *(each.value for each in load.keywords)), key=end_position)
            given = segment(source, wrong.value)
            moved = spliced(source, load, {last: f"{segment(source, last)}, map_location={given}"})
            whole = f"{segment(source, node.func)}({', '.join([moved, *_others(source, node, wrong)])})"
            return Finding(text, verified(case, Candidate(whole)))
    return Finding(text)


def _others(source: str, node: ast.Call, wrong: ast.keyword) -> list[str]:
    """The texts of the arguments of ``node`` but the first and ``wrong``."""
    named = [f"{each.arg}={segment(source, each.value)}" for each in node.keywords if each is not wrong and each.arg]
    return [*(segment(source, each) for each in node.args[1:]), *named]


def _of_forward(case: Case, node: ast.Call, wrong: ast.keyword, known: list[str]) -> Finding:
    """``model(x, return_loss=False)`` of a network whose ``forward`` does not know the word."""
    text = gettext(
        "Calling {network} runs {cls}.forward, which has no argument {name}. It takes {names}.",
        network=operand_text(case, node.func),
        cls=type_name(case.real(node.func)),
        name=wrong.arg,
        names=", ".join(known[:_MOST]),
    )
    rest = [segment(case.site.source, each) for each in node.args]
    rest += [f"{each.arg}={segment(case.site.source, each.value)}" for each in node.keywords if each is not wrong]
    code = f"{segment(case.site.source, node.func)}({', '.join(rest)})"
    ways = gettext("Without it the call is {code}.", code=in_a_sentence(code))
    if not is_torch_class(type(case.real(node.func))):
        ways = gettext(
            "If forward is to use it, its def line needs {name}; if not, the call is {code}.",
            name=wrong.arg,
            code=in_a_sentence(code),
        )
    # a switch has no meaning here; a tensor was meant to be used
    fixes = verified(case, Candidate(code)) if rest and isinstance(wrong.value, ast.Constant) else ()
    return Finding(f"{text} {ways}", fixes)


def _other_name(word: str, known: list[str]) -> str | None:
    """What the function calls it, where that is known: ``rate`` is the p of a dropout and the lr of an optimizer."""
    if word == "rate" and "p" in known:
        return "p"
    if word == "device" and "map_location" in known:
        return "map_location"
    return _OTHER_NAMES.get(word)


def named_wrong(case: Case) -> bool:
    """Whether torch names the argument as unknown, and it is not given twice under two names."""
    node = case.node
    given = {each.arg for each in node.keywords} if isinstance(node, ast.Call) else set()
    word = case.match.groupdict().get("word")
    return word is not None and _OTHER_NAMES.get(word) not in given


def _alias(case: Case, node: ast.Call, wrong: ast.keyword, said: str, other: str) -> Finding | None:
    """``x.mean(axis="rows")``: torch knows axis and keepdims too, so it is the value, or another argument."""
    if any(each.arg == other for each in node.keywords):
        text = gettext(
            "{function} is given {name} and {other}, which are one argument.",
            function=said,
            name=wrong.arg,
            other=other,
        )
        return Finding(text)
    value = case.held(wrong.value)
    if other != "dim" or type(value) is not str:
        return None
    return Finding(
        gettext(
            "{function} takes the number of a dim for {name}, 0, 1 or -1 for the last, and {value} is a string.",
            function=said,
            name=wrong.arg,
            value=operand_text(case, wrong.value),
        )
    )


def _without_names(case: Case, node: ast.Call) -> Finding | None:
    """``TensorDataset(data_tensor=x, target_tensor=y)``: it takes any number of tensors, by position alone."""
    real: Any = case.real(node.func)
    if (
        not is_a(real, type)
        or not module_name(real).startswith("torch.")
        or any(each.arg is None for each in node.keywords)
    ):
        return None
    made = next((class_dict(base)["__init__"] for base in mro(real) if "__init__" in class_dict(base)), None)
    if type(made) is not types.FunctionType or made.__code__.co_flags & 0xC != 0x4 or made.__code__.co_argcount != 1:
        return None
    source = case.site.source
    given = [segment(source, each) for each in (*node.args, *(each.value for each in node.keywords))]
    code = f"{segment(source, node.func)}({', '.join(given)})"
    text = gettext(
        "{function} takes what it is given without names: {code}.", function=operand_text(case, node.func), code=code
    )
    return Finding(text, verified(case, Candidate(code)))


def _wrong(case: Case, node: ast.Call, known: list[str]) -> ast.keyword | None:
    """The keyword argument that the error is about."""
    named = case.match.groupdict().get("word")
    if named is not None:
        return next((each for each in node.keywords if each.arg == named), None)
    strange = [each for each in node.keywords if each.arg is not None and each.arg not in known]
    return strange[0] if strange else None


def _known(case: Case, node: ast.Call) -> list[str]:
    """The names of the arguments of what is called."""
    listed = re.findall(r"^ \* \((.*)\)", case.message, re.MULTILINE)
    if case.message.startswith("_return_output()"):
        return [
            "input",
            "sorted",
            "return_inverse",
            "return_counts",
            "dim",
        ]  # torch.unique, behind a function of its own
    if listed:
        parts = [each.partition(" = ")[0].split()[-1] for line in listed for each in line.split(", ") if each != "*"]
        return [*dict.fromkeys(parts)]
    real: Any = case.real(node.func)
    itself = type(real) in (type, types.MethodType) or kind_of(real) is Kind.MODULE
    if type(real) is type:
        real = next((class_dict(base)["__init__"] for base in mro(real) if "__init__" in class_dict(base)), None)
    if kind_of(real) is Kind.MODULE:
        real = next((class_dict(base)["forward"] for base in mro(type(real)) if "forward" in class_dict(base)), None)
    if type(real) is types.MethodType:
        real = real.__func__
    while type(real) is types.FunctionType and type(class_dict(types.FunctionType)["__dict__"].__get__(real)) is dict:
        inner = class_dict(types.FunctionType)["__dict__"].__get__(real).get("__wrapped__")
        if type(inner) is not types.FunctionType:
            break
        real = inner
    if type(real) is types.FunctionType:
        code = real.__code__
        named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        named = named[1:] if itself and code.co_argcount else named
        return [name for name in named if name != "self"]
    return _documented(case, node, real)


def _documented(case: Case, node: ast.Call, real: Any) -> list[str]:
    """Those of a function written in C, from the first line of its docstring."""
    if real is None and isinstance(node.func, ast.Attribute) and case.facts(node.func.value) is not None:
        method = getattr(sys.modules["torch"].Tensor, node.func.attr, None)
        if type(method) is types.FunctionType:
            return [name for name in method.__code__.co_varnames[: method.__code__.co_argcount] if name != "self"]
        real = method
    if type(real) not in (types.BuiltinFunctionType, types.MethodDescriptorType):
        return []
    first = (real.__doc__ or "").strip().partition("\n")[0]
    listed = re.search(r"\((.*)\)", first)
    parts = (listed[1] if listed else "").split(", ")
    return [*dict.fromkeys(each.partition("=")[0].strip() for each in parts if each.strip("*") and each != "/")]


BEFORE = ("arrays.argument_types",)

RULES = (
    Rule(
        "keyword argument",
        ("TypeError",),
        r"got an unexpected keyword argument '(?P<word>\w+)'|"
        r"received an invalid combination of arguments - got \([^\n]*=",
        _unknown,
        more="python/keyword-arguments",
    ),
)
