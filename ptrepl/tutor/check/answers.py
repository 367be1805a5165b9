"""A typed answer → a frozen Answer. Read by its form, never evaluated; None for what is not an answer but code."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass, field, replace
from keyword import iskeyword
from math import isfinite, isnan

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.arithmetic import worked_out
from ptrepl.tutor.error_names import with_errors_named
from ptrepl.tutor.format.lesson import Block, Choices, CodeFence
from ptrepl.tutor.names import parse_python

Number = bool | int | float | complex


@dataclass(frozen=True, slots=True)
class Numbers:
    """One or more numbers: flat, with the shape they stand in; ``shape`` is None where rows differ in length."""

    flat: tuple[Number, ...]
    shape: tuple[int, ...] | None
    bare: bool = field(default=False, compare=False)
    """Written without any bracket, with spaces alone between: no shape was said."""
    beside: Numbers | None = field(default=None, compare=False)
    """What ``3 -4`` and ``[3 -4]`` are where several numbers are asked for: no difference, but two of them."""

    @property
    def boolean(self) -> bool:
        """Whether they are all True or False."""
        return bool(self.flat) and all(isinstance(each, bool) for each in self.flat)


@dataclass(frozen=True, slots=True)
class WordAnswer:
    """A text, or the name of a grad_fn."""

    text: str


@dataclass(frozen=True, slots=True)
class Dtype:
    """A dtype, without ``torch.``."""

    name: str
    python: bool = field(default=False, compare=False)
    """Said as Python says it, ``int`` or ``float``, which may mean 32 or 64 bits."""


@dataclass(frozen=True, slots=True)
class DeviceAnswer:
    """A device by its kind, such as ``cpu`` and ``cuda``, without its number; ``gpu`` is said and never true."""

    kind: str


@dataclass(frozen=True, slots=True)
class Error:
    """An exception by the name of its class; "" for "some error"."""

    name: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """None."""


Answer = Numbers | WordAnswer | Dtype | DeviceAnswer | Error | Nothing

_DTYPES = {
    **{name: name for name in ("float16", "bfloat16", "float32", "float64", "complex64", "complex128", "bool")},
    **{f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "half": "float16",
    "float": "float32",
    "double": "float64",
    "short": "int16",
    "int": "int32",
    "long": "int64",
}
_WORDS: dict[str, Answer] = {
    "true": Numbers((True,), ()),
    "yes": Numbers((True,), ()),
    "false": Numbers((False,), ()),
    "no": Numbers((False,), ()),
    "none": Nothing(),
    "not a number": Numbers((float("nan"),), ()),  # not a sentence: what a learner types
    "nan": Numbers((float("nan"),), ()),
    "inf": Numbers((float("inf"),), ()),
    "infinity": Numbers((float("inf"),), ()),
    "-infinity": Numbers((float("-inf"),), ()),
    "error": Error(""),
    "an error": Error(""),
}
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_UNITS += "seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_IN_WORDS = {word: number for number, word in enumerate(_UNITS)} | {
    f"{tens}{between}{unit}".strip(" -"): 10 * place + number
    for place, tens in enumerate(_TENS, 2)
    for number, unit in enumerate(["", *_UNITS[1:10]])
    for between in (" ", "-")
}
THOUSANDS = r"[-+]?\d{1,3}(?:,\d{3})*,0\d{2}(?:,\d{3})*"
"""Commas between thousands, ``40,000``; ``100,200`` may be a row, and nobody writes a number of it as ``000``."""
_THOUSANDS = re.compile(THOUSANDS)
_COUNTED = re.compile(rf"({THOUSANDS}|[-+]?\d+(?:\.\d*)?)\s+((?:[a-z]+\s?)+)\.?", re.IGNORECASE)
_PER_CENT = re.compile(r"([-+]?\d+(?:\.\d*)?)\s*%")
_LABEL = re.compile(r"^(?:shape|size|dtype)\s*[:=]?\s*(?=[\[(\d]|torch\.)", re.IGNORECASE)
_BY = r"(?:\s*[x×]\s*|\s+by\s+)"
_MARKED = re.compile(r"`([^`]*)`\.?")
"""As code is marked in a text."""
_TIMES = re.compile(rf"\d+(?:{_BY}\d+)+")
_GRAD_FN = re.compile(r",?\s*grad_fn\s*=\s*<[^<>]*>")
_NODE = re.compile(r"<?(\w+Backward\d*)\b.*", re.DOTALL)
_ROW = re.compile(r"[\[(](?:[-+.\deE\s\[\],()]|inf|nan)*|(?:[-+.\deE\s]|inf|nan)*", re.IGNORECASE)
"""Numbers that may stand beside each other with spaces between, as NumPy prints them; ``2 -3`` alone is arithmetic."""
_SPACES = re.compile(r"(?<=[\d.fn])\s+(?=[-+.\d]|inf|nan)", re.IGNORECASE)
_BESIDE = re.compile(r"[\d.]\s+[-+][\d.]")
"""A sign with a space before it and none behind: ``3 -4``."""
_TRUTHS = re.compile(r"true|false", re.IGNORECASE)
_TRUTH_ROW = re.compile(rf"(?:{_TRUTHS.pattern})(?:(?:\s*,\s*|\s+)(?:{_TRUTHS.pattern})){{2,}}", re.IGNORECASE)
"""Three or more of them beside each other, without brackets."""
_YES_OR_NO = re.compile(r"(yes|no)\s*[,.:;!]\s+[a-z][\w\s]*\.?", re.IGNORECASE)
_CLOSED = re.compile(r"(?<=[)\]])\.$")
"""The full stop behind an answer that was written as a sentence."""
_AND = re.compile(r"(?<=[\d.\])]),?\s+and\s+(?=[-+.\d\[(])", re.IGNORECASE)
"""The ``and`` between numbers, as a sentence counts them up: ``200 and 210``; Python's own would give one of them."""
_KIND = r"(?P<kind>cpu|gpu|meta|cuda|mps|xpu|hpu)(?::\d+)?"
_DEVICE = re.compile(
    rf"(?:on |the |device\s*=\s*)*(?P<quote>['\"]?){_KIND}(?P=quote)(?: device)?\.?|"
    rf"(?:torch\.)?device\((?:type=)?(['\"]){_KIND.replace('kind', 'made')}\3(?:,\s*(?:index=)?\d+)?\)",
    re.IGNORECASE,
)
_FAILURES = frozenset({"error", "fails", "crashes"})
_FILLERS = frozenset("it is its a an the that this will would there of to".split())
_LONGEST = 2_000


def behind_name(text: str, question: str) -> str:
    """``24`` of ``x.grad = 24`` or ``x.grad is 24`` where the question is ``x.grad``; "" of anything else."""
    asked = question.rstrip().rpartition("\n")[2].strip()
    name, equals, rest = text.partition("=")
    if not equals:  # in words
        name, equals, rest = text.partition(" is ")
        rest = rest.removeprefix("at ")
    return rest.removeprefix("=") if equals and name.strip() == asked else ""


def is_begun_row(text: str) -> bool:
    """Whether ``text`` is the beginning of numbers in brackets, as NumPy prints a table over several lines."""
    text = text.strip()
    opened = text.count("[") + text.count("(") - text.count("]") - text.count(")")
    return 0 < len(text) <= _LONGEST and text[0] in "[(" and opened > 0 and _ROW.fullmatch(text) is not None


def read_answer(text: str) -> Answer | None:
    """``(2, 3)``, ``tensor([1., 2.])``, ``2x3``, ``torch.float32``, ``RuntimeError`` …; None: not an answer."""
    text = _CLOSED.sub("", text.strip())
    if marked := _MARKED.fullmatch(text):
        text = marked[1].strip()
    if text[:1] not in {"'", '"'}:
        text = with_errors_named(text)
    if not text or len(text) > _LONGEST:
        return None
    if word := _WORDS.get(text.casefold()):
        return word
    if said := _YES_OR_NO.fullmatch(text):
        return _WORDS[said[1].casefold()]
    if place := _DEVICE.fullmatch(text):
        return DeviceAnswer((place["kind"] or place["made"]).casefold())
    words = {*re.findall(r"[a-z]+", text.casefold())}
    if words & _FAILURES and not words - _FILLERS - _FAILURES - {"raises", "gives", "get"}:
        return Error("")
    if {"true", "false"} <= words and not {"[", "("} & {*text}:
        # both of them, and so neither, unless there are more than two: then they are listed
        return _expression(", ".join(_TRUTHS.findall(text)).title()) if _TRUTH_ROW.fullmatch(text) else None
    if (number := _IN_WORDS.get(text.casefold())) is not None:
        return Numbers((number,), ())
    if (counted := _COUNTED.fullmatch(text)) and not any(map(iskeyword, counted[2].split())):
        return read_answer(counted[1])
    if _THOUSANDS.fullmatch(text):
        return Numbers((int(text.replace(",", "")),), ())
    if hundredths := _PER_CENT.fullmatch(text):
        return Numbers((float(hundredths[1]) / 100,), ())
    if _TIMES.fullmatch(text):
        sizes = tuple(int(size) for size in re.split(_BY, text) if len(size) < 20)
        return Numbers(sizes, (len(sizes),))
    if node := _NODE.fullmatch(text):
        return WordAnswer(node[1])
    text = _AND.sub(", ", _GRAD_FN.sub("", _LABEL.sub("", text)))
    answer = _expression(text)
    if answer is None:
        return _spaced(text)
    if isinstance(answer, Numbers) and _BESIDE.search(text) and isinstance(beside := _spaced(text), Numbers):
        return replace(answer, beside=beside)
    return answer


def is_node_name(text: str) -> bool:
    """Whether that is the name of a grad_fn, such as ``AddBackward0``."""
    return _NODE.fullmatch(text) is not None


def _spaced(text: str) -> Answer | None:
    """Numbers with nothing but spaces between, or some commas too."""
    if not _ROW.fullmatch(text):
        return None
    spaced = _expression(_SPACES.sub(", ", text))
    if spaced is None:  # as NumPy prints an array
        spaced = _expression(_SPACES.sub(", ", re.sub(r"\]\s*\[", "], [", text)))
    bare = isinstance(spaced, Numbers) and not any(mark in text for mark in "[(,")
    return replace(spaced, bare=True) if bare and isinstance(spaced, Numbers) else spaced


def read_letter(text: str, question: Choices) -> int | None:
    """The choice, from 0, that ``b``, ``(B)``, ``2`` or its whole text means; None: it is not an answer.

    Behind the letter may stand some words of the choice: ``d zero``, ``c: it raises an error``.
    """
    word = _plain(text).strip("().")
    for place, item in enumerate(question.items):
        if word in (chr(ord("a") + place), str(place + 1), _plain(item.text).strip("().")):
            return place
        if _plain(text).rstrip(".") == _plain(item.text).rstrip("."):
            return place
    return _letter_and_words(text, question)


def _letter_and_words(text: str, question: Choices) -> int | None:
    match = re.fullmatch(r"\(?([a-z])(?:[).,:;]+\s*|\s+[-–—]*\s*)([\w`].*)", text.strip(), re.IGNORECASE)
    place = ord(match[1].casefold()) - ord("a") if match else -1
    said = set(re.findall(r"\w+", match[2].casefold())) - _FILLERS if match else set()
    fits = [said <= set(re.findall(r"\w+", item.text.casefold())) for item in question.items]
    if not said or not 0 <= place < len(fits) or not fits[place]:
        return None
    return place if place or fits.count(True) == 1 else None  # "a" may be the article


def without_doubt(text: str, question: Block) -> str:
    """``int64`` of ``int64?``, an answer that somebody is not sure of; ``text`` itself where it is none."""
    sure = text.strip().removesuffix("?").rstrip()
    if sure == text.strip() or sure.endswith("?"):
        return text
    answer = read_letter(sure, question) if isinstance(question, Choices) else read_answer(sure)
    return text if answer is None else sure


def is_letter(text: str) -> bool:
    """Whether that is a letter or a number, as choices have them."""
    return re.fullmatch(r"\(?(?:[a-z]|\d{1,3})[).]*", text.strip(), re.IGNORECASE) is not None


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split()).casefold()


def example(question: Block, truth: Answer | None = None, *, tried: bool = False) -> str:
    """A sentence with an example of what an answer may look like. It has the form of the ``truth`` and is not it.

    ``tried``: whoever has given an answer may have been told that no value comes out.
    """
    if tried and isinstance(truth, Error):
        return gettext("An answer is a value, or the name of an error.")
    if isinstance(question, Choices):
        last = chr(ord("a") + len(question.items) - 1)
        return gettext("An answer is a letter, from {first} to {last}.", first="a", last=last)
    asked = question.source.rstrip() if isinstance(question, CodeFence) else ""
    if isinstance(truth, Numbers) and truth.boolean and truth.shape == ():
        return gettext("An answer is {example} or {other}.", example="True", other="False")
    if isinstance(truth, Dtype):
        forms = ["float32", "int8"]
    elif isinstance(truth, DeviceAnswer):
        forms = ["cuda", "mps"]
    elif asked.endswith((".shape", ".size()")):
        forms = ["(2, 3)", "(4, 5)"]
    elif isinstance(truth, Numbers) and truth.boolean:
        forms = ["[True, False]", "[False, True]"]
    elif isinstance(truth, Numbers) and truth.shape is not None and len(truth.shape) == 2:
        forms = ["[[1, 2], [3, 4]]", "[[5, 6], [7, 8]]"]
    elif isinstance(truth, Numbers) and truth.shape == ():
        number = truth.flat[0]
        if isinstance(number, float) and not isfinite(number):
            other = "inf" if isnan(number) else "nan"
            return gettext("An answer looks like {example} or {other}.", example="12.5", other=other)
        forms = ["7", "12"] if isinstance(number, int) else ["12.5", "7"]
    elif isinstance(truth, Numbers):
        forms = ["[1, 2]", "[3, 4]"]
    else:
        return gettext("An answer looks like {example} or {other}.", example="12.5", other="[1, 2]")
    form = next((each for each in forms if read_answer(each) != truth), forms[-1])
    return gettext("An answer looks like {example}.", example=form)


def _expression(text: str) -> Answer | None:
    try:
        body = parse_python(text.strip()).body
        if len(body) == 1 and isinstance(body[0], ast.Expr):
            return _node(body[0].value)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None


def _node(node: ast.expr) -> Answer | None:
    match node:
        case ast.Constant(value=None):
            return Nothing()
        case ast.Constant(value=str() as text):
            return WordAnswer(text)
        case ast.Constant(value=(bool() | int() | float() | complex()) as number):
            return Numbers((number,), ())
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            return _signed(_node(operand), isinstance(sign, ast.USub))
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=ast.Constant(value=complex()) as right):
            return _sum(_node(left), _signed(_node(right), isinstance(sign, ast.Sub)))
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return stacked([_node(item) for item in items])
        case ast.BinOp() | ast.Compare() | ast.BoolOp() | ast.UnaryOp():
            return _of_value(worked_out(node))
        case ast.Attribute(value=ast.Call() as made, attr="dtype"):
            return _dtype_of(_node(made))
        case ast.Call(func=function, args=arguments):
            return _call(_dotted(function), arguments) or _of_value(worked_out(node))
        case ast.Name() | ast.Attribute():
            return _named(_dotted(node))
    return None


def stacked(items: list[Answer | None]) -> Answer | None:
    """Rows of numbers as one Numbers; None where something else is among them."""
    rows = [item for item in items if isinstance(item, Numbers)]
    if len(rows) < len(items):
        return None
    shapes = {row.shape for row in rows}
    inner = shapes.pop() if len(shapes) == 1 else None if rows else ()
    flat = tuple(number for row in rows for number in row.flat)
    return Numbers(flat, None if inner is None else (len(rows), *inner))


def _signed(answer: Answer | None, negative: bool) -> Answer | None:
    if not isinstance(answer, Numbers) or answer.shape != () or answer.boolean:
        return None
    return Numbers((-answer.flat[0] if negative else answer.flat[0],), ())


def _sum(one: Answer | None, other: Answer | None) -> Answer | None:
    if isinstance(one, Numbers) and isinstance(other, Numbers) and one.shape == other.shape == ():
        return Numbers((one.flat[0] + other.flat[0],), ())
    return None


def _of_value(value: object) -> Answer | None:
    if isinstance(value, (bool, int, float)):
        return Numbers((value,), ())
    return stacked([_of_value(each) for each in value]) if isinstance(value, list) else None


def _dtype_of(made: Answer | None) -> Answer | None:
    """The dtype of ``torch.tensor`` of these numbers."""
    if not isinstance(made, Numbers) or not made.flat:
        return None
    kinds = {bool: "bool", int: "int64", float: "float32"}
    return Dtype(next((kinds[kind] for kind in (float, int, bool) if kind in map(type, made.flat)), "complex64"))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _call(function: str, arguments: list[ast.expr]) -> Answer | None:
    name = function.removeprefix("torch.").removeprefix("np.").casefold()
    if name in ("tensor", "size", "array", "parameter") and len(arguments) <= 1:
        return _node(arguments[0]) if arguments else Numbers((), (0,))
    if name in ("list", "tuple") and len(arguments) == 1 and isinstance(arguments[0], (ast.List, ast.Tuple)):
        return _node(arguments[0])
    return None


def _named(name: str) -> Answer | None:
    short = name.removeprefix("torch.")
    if short.casefold() in _DTYPES and (short in _DTYPES or short[-1].isdecimal()):
        return Dtype(_DTYPES[short.casefold()], python=name in ("int", "float"))
    if short.casefold() in ("nan", "inf", "infinity", "true", "false"):
        return _WORDS[short.casefold()]
    known = getattr(builtins, short, None)
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return Error(short.rpartition(".")[2]) if is_error or re.fullmatch(r"(?:\w+\.)*[A-Z]\w*Error", short) else None
