"""A typed answer → a frozen Answer. Read by its form, never evaluated; None for what is not an answer but code."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import Block, Choices, CodeFence
from ptrepl.tutor.names import parse_python

Number = bool | int | float | complex


@dataclass(frozen=True, slots=True)
class Numbers:
    """One or more numbers: flat, with the shape they stand in; ``shape`` is None where rows differ in length."""

    flat: tuple[Number, ...]
    shape: tuple[int, ...] | None

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


@dataclass(frozen=True, slots=True)
class Error:
    """An exception by the name of its class; "" for "some error"."""

    name: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """None."""


Answer = Numbers | WordAnswer | Dtype | Error | Nothing

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
    "nan": Numbers((float("nan"),), ()),
    "inf": Numbers((float("inf"),), ()),
    "error": Error(""),
    "an error": Error(""),
}
_LABEL = re.compile(r"^(?:shape|size|dtype)\s*[:=]?\s*(?=[\[(\d]|torch\.)", re.IGNORECASE)
_TIMES = re.compile(r"\d+(?:\s*[x×]\s*\d+)+")
_GRAD_FN = re.compile(r",?\s*grad_fn\s*=\s*<[^<>]*>")
_NODE = re.compile(r"<?(\w+Backward\d*)\b.*", re.DOTALL)
_ROW = re.compile(r"[\[(][-+.\deE\s\[\],()]*|[.\d\s]*")
"""Numbers that may stand beside each other with spaces between, as NumPy prints them; ``2 -3`` is a subtraction."""
_SPACES = re.compile(r"(?<=[\d.])\s+(?=[-+.\d])")
_CLOSED = re.compile(r"(?<=[)\]])\.$")
"""The full stop behind an answer that was written as a sentence."""
_LONGEST = 2_000


def read_answer(text: str) -> Answer | None:
    """``(2, 3)``, ``tensor([1., 2.])``, ``2x3``, ``torch.float32``, ``RuntimeError`` …; None: not an answer."""
    text = _CLOSED.sub("", text.strip())
    if not text or len(text) > _LONGEST:
        return None
    if word := _WORDS.get(text.casefold()):
        return word
    if _TIMES.fullmatch(text):
        sizes = tuple(int(size) for size in re.split(r"\s*[x×]\s*", text) if len(size) < 20)
        return Numbers(sizes, (len(sizes),))
    if node := _NODE.fullmatch(text):
        return WordAnswer(node[1])
    text = _GRAD_FN.sub("", _LABEL.sub("", text))
    return _expression(text) or (_expression(_SPACES.sub(", ", text)) if _ROW.fullmatch(text) else None)


def read_letter(text: str, question: Choices) -> int | None:
    """The choice, from 0, that ``b``, ``B)``, ``2`` or its whole text means; None: it is not an answer."""
    word = text.strip().rstrip(").").casefold()
    for place, item in enumerate(question.items):
        if word in (chr(ord("a") + place), str(place + 1), item.text.strip().rstrip(").").casefold()):
            return place
    return None


def example(question: Block) -> str:
    """A sentence with an example of what an answer may look like, by what the last line of ``question`` asks for."""
    if not isinstance(question, CodeFence):
        return gettext("An answer is a letter, such as {letter}.", letter="b")
    asked = question.source.rstrip()
    if asked.endswith((".shape", ".size()")):
        return gettext("An answer looks like {example}.", example="(2, 3)")
    if asked.endswith(".dtype"):
        return gettext("An answer looks like {example}.", example="float32")
    return gettext("An answer looks like {example} or {other}.", example="24", other="[1, 2]")


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
        case ast.Call(func=function, args=arguments):
            return _call(_dotted(function), arguments)
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


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _call(function: str, arguments: list[ast.expr]) -> Answer | None:
    name = function.removeprefix("torch.").removeprefix("np.")
    if name in ("tensor", "Size", "Tensor", "array", "Parameter") and len(arguments) <= 1:
        return _node(arguments[0]) if arguments else Numbers((), (0,))
    return None


def _named(name: str) -> Answer | None:
    short = name.removeprefix("torch.")
    if short in _DTYPES:
        return Dtype(_DTYPES[short])
    if short in ("nan", "inf"):
        return _WORDS[short]
    known = getattr(builtins, short, None)
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return Error(short.rpartition(".")[2]) if is_error or re.fullmatch(r"(?:\w+\.)*[A-Z]\w*Error", short) else None
