"""Syntax errors: brackets, colons, quotes, indentation. Python marks the place; the sentences say what is missing."""

from __future__ import annotations

import linecache
import re
import unicodedata
from collections.abc import Callable

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.mend_syntax import PAIRS, closed, matched, mended, multiplied, printed, straight, without
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext

_FOREIGN = (
    ("&&", "and", N_("Python writes && as and; between tensors it is &.")),
    ("||", "or", N_("Python writes || as or; between tensors it is |.")),
    ("=>", ">=", N_("Greater than or equal is written >= in Python.")),
    ("=<", "<=", N_("Less than or equal is written <= in Python.")),
    ("else if", "elif", N_("Python writes else if as elif.")),
)
"""(what another language writes, what Python writes, the sentence)."""


_TRY = re.compile(r"\s*try(?:\s+(?P<code>[^\s→][^→]*?))?\s*(?:→.*)?")
"""``try x.sum()``, copied from the line below an error; Python's own ``try`` has nothing but a colon behind it."""
_HALF = re.compile(
    r"(?P<left>[^\W\d][\w.]*)\s*(?P<one>[<>]=?|==|!=)\s*(?P<first>[-\w.]+)\s*(?P<sign>[&|])\s*(?P<two>[<>]=?|==|!=)"
    r"\s*(?P<second>[-\w.]+)"
)
"""``x > -50 & < 50``."""
_SLICE_IN_LIST = re.compile(r"[\w\])]\[(?:[^\[\]]*,\s*|[^\[\]]*\[[^\[\]:]*\]\s*,\s*)?(\[([^\[\]]*:[^\[\]]*)\])")
"""``x[[:3], 1]``, ``x[[0, 2], [:, 3]]``."""
_PIP = re.compile(r"\s*!?(?:(?:python|py)[\d.]*\s+-m\s+|uv\s+)?pip[\d.]*(?=\s+[a-z-])")


def _line(case: Case) -> tuple[str, int] | None:
    """The line of the error, and the character that Python points at, from 0."""
    error = case.error
    if not isinstance(error, SyntaxError) or case.maybe_site is not None or error.text is None or error.lineno is None:
        return None
    return error.text.rstrip("\n"), max((error.offset or 1) - 1, 0)


def _says(sentence: str, mend: Callable[[str, int], list[str]] | None = None) -> Callable[[Case], Finding | None]:
    """A rule that says ``sentence``, marked with ``N_``, and offers what ``mend`` makes of the line and the place."""

    def rule(case: Case) -> Finding | None:
        line = _line(case)
        if line is None:
            return None
        return Finding(gettext(sentence), mended(case, mend(*line)) if mend is not None else ())

    return rule


def _strange_character(case: Case) -> Finding | None:
    """A currency sign, a character that looks like one of Python's, or one that Python has no use for."""
    line = _line(case)
    if line is None or not (sign := line[0][line[1] : line[1] + 1]):
        return None
    if unicodedata.category(sign) == "Sc":
        said = gettext("{sign} is no part of a number in Python: write the number alone.", sign=sign)
        plain = "".join(each for each in line[0] if each == "$" or unicodedata.category(each) != "Sc")
        return Finding(said, mended(case, [plain]))
    mends = straight(*line)
    if mends != [line[0]] or unicodedata.normalize("NFKC", sign).isascii() or not sign.isprintable():
        said = gettext(
            "This character looks like one that Python uses, but it is another one, as word processors and other "
            "keyboards write it."
        )
        return Finding(said, mended(case, mends))
    return Finding(gettext("Python has no {sign} of its own: it may stand in strings and comments alone.", sign=sign))


def _indented(case: Case) -> Finding | None:
    line = _line(case)
    if line is None:
        return None
    error = case.error
    if isinstance(error, SyntaxError) and error.lineno == 1:
        said = gettext("This line begins with blanks, but no line with a colon began a block for it.")
        return Finding(said, mended(case, [line[0].lstrip()]))
    return Finding(
        gettext("This line is indented more than the one above, but no line with a colon began a block for it.")
    )


def _opened(case: Case) -> Finding | None:
    line = _line(case)
    if line is None:
        return None
    if "else if" in line[0]:
        return _other_language(case)
    if (offered := _TRY.fullmatch(line[0])) is not None and not _begins_block(case):
        said = gettext("The word try stands before what you could type; it is not typed. Ctrl-T takes the line over.")
        return Finding(said, mended(case, [offered["code"]]) if offered["code"] else ())
    code, sign, comment = line[0].partition("#")
    new = code.rstrip() + ":" + (f"  {sign}{comment}" if sign else "")
    return Finding(gettext("This line begins a block, so it ends with a colon."), mended(case, [new]))


def _begins_block(case: Case) -> bool:
    """Whether the line below that of the error is indented."""
    error = case.error
    assert isinstance(error, SyntaxError)  # as it has a line
    below = linecache.getlines(error.filename or "")[error.lineno or 0 :]
    return bool(below) and below[0][:1].isspace() and bool(below[0].strip())


def _pip(case: Case) -> Finding | None:
    """A command of the shell that installs packages, in place of Python."""
    line = _line(case)
    match = None if line is None else _PIP.match(line[0])
    if line is None or match is None:
        return None
    command = f"%pip {line[0][match.end() :].strip()}".rstrip()
    return Finding(gettext("pip is a program of its own, not Python. At the prompt, type {command}", command=command))


def _other_language(case: Case) -> Finding | None:
    """Operators of other languages that Python writes in another way."""
    line = _line(case)
    if line is None:
        return None
    text = line[0]
    if (found := re.fullmatch(r"\s*(\w+)(\+\+|--)\s*;?", text)) is not None:
        sign = found[2][0]
        instead = f"{found[1]} {sign}= 1"
        said = gettext("Python has no {operator}. Write {code} instead.", operator=found[2], code=instead)
        return Finding(said, mended(case, [instead]))
    for foreign, python, sentence in _FOREIGN:
        if foreign in text:
            return Finding(gettext(sentence), mended(case, [text.replace(foreign, python)]))
    if (found := _HALF.search(text)) is not None:
        left, first, second = found["left"], found["first"].strip(), found["second"].strip()
        said = gettext(
            "A comparison has two sides: {name} stands before each of them, with brackets round both.", name=left
        )
        whole = f"({left} {found['one']} {first}) {found['sign']} ({left} {found['two']} {second})"
        return Finding(said, mended(case, [text[: found.start()] + whole + text[found.end() :]]))
    if (found := _SLICE_IN_LIST.search(text)) is not None:
        said = gettext("A slice needs no brackets of its own: the colon stands between those of the index.")
        return Finding(said, mended(case, [text[: found.start(1)] + found[2] + text[found.end(1) :]]))
    if (found := re.search(r"([^\W\d][\w.]*)\?\s*$", text)) is not None:
        said = gettext("A question mark shows help, and only behind a name alone on its line: {name}?", name=found[1])
        return Finding(said)
    if re.search(r"(?<![=!<>])=\s*$", text):
        return Finding(gettext("After = comes the value for the name, and it is missing here."))
    return None


_PLACE_IN_CALL = re.compile(r"\s*([^\W\d]\w*)\(([^()=]*)\)(?=\s*=[^=])")
_PLACE_BEHIND_POINT = re.compile(r"\b([^\W\d]\w*)\.(\d+)\b")
_COLONS = re.compile(r":\s*:\s*:")


def _assigned(case: Case) -> Finding | None:
    """``rain(0, 2) = 4``; else ``if x = 1``, which wants a comparison."""
    line = _line(case)
    if line is None:
        return None
    if (found := _PLACE_IN_CALL.match(line[0])) is not None and found[2].strip():
        fixes = mended(case, [f"{found[1]}[{found[2]}]{line[0][found.end() :]}"])
        if fixes:
            text = gettext("An index stands in square brackets: {code}.", code=f"{found[1]}[{found[2]}]")
            return Finding(text, fixes)
    return Finding(gettext("= assigns a value to a name; == tests whether two values are equal."))


def _place(case: Case) -> Finding | None:
    """``week.0``, ``week[:::2]``."""
    line = _line(case)
    if line is None:
        return None
    if (found := _PLACE_BEHIND_POINT.search(line[0])) is not None and found.start(2) - 1 <= line[1] <= found.end():
        fixes = mended(case, [_PLACE_BEHIND_POINT.sub(r"\1[\2]", line[0])])
        if fixes:
            text = gettext("An index stands in square brackets: {code}.", code=f"{found[1]}[{found[2]}]")
            return Finding(text, fixes)
    if line[0][line[1] : line[1] + 1] == ":" and _COLONS.search(line[0]):
        said = gettext("A slice has two colons at most: start:end:step.")
        return Finding(said, mended(case, [_COLONS.sub("::", line[0])]))
    return None


_BLOCKS = "python/blocks"
_SIGNS = "python/brackets-and-quotes"


def _row(family: str, pattern: str, rule: Callable[[Case], Finding | None], more: str) -> Rule:
    return Rule(family, ("SyntaxError",), pattern, rule, more)


def _semicolon(case: Case) -> Finding | None:
    """``torch.arange(2000; 2025)``, ``x[1; 3]``."""
    line = _line(case)
    if line is None or line[0][line[1] : line[1] + 1] != ";":
        return None
    inside = closed(line[0][: line[1]], line[1])
    ends = inside[0][line[1] :] if inside else ""
    if not ends:
        return None
    if ends.startswith("]"):
        return Finding(gettext("A semicolon ends a statement. Inside brackets a comma separates, in a slice a colon."))
    text, at = line[0], line[1]
    commas = [text[:at] + "," + text[at + 1 :], text[:at] + text[at:].replace(";", ",")]
    return Finding(gettext("A semicolon ends a statement. Between arguments stands a comma."), mended(case, commas))


def _mismatched(case: Case) -> Finding | None:
    """A closing bracket of another kind than the last one that is open."""
    line = _line(case)
    signs = re.search(r"'([)\]}])' does not match opening parenthesis '([(\[{])'", str(case.error))
    if line is None or signs is None:
        return None
    said = gettext(
        "A bracket is closed by its own kind: here {closing} comes while {opening} is open, and {needed} closes that.",
        closing=signs[1],
        opening=signs[2],
        needed=PAIRS[signs[2]],
    )
    return Finding(said, mended(case, matched(*line)))


RULES = (
    _row(
        "unclosed bracket",
        r"^'[(\[{]' was never closed",
        _says(N_("Every opening bracket needs a closing one, and this one has none."), closed),
        _SIGNS,
    ),
    _row(
        "unmatched bracket",
        r"^unmatched '[)\]}]'",
        _says(N_("This closing bracket has no opening one before it."), without),
        _SIGNS,
    ),
    _row(
        "mismatched brackets",
        r"^closing parenthesis .* does not match",
        _mismatched,
        _SIGNS,
    ),
    _row(
        "= for ==",
        r"Maybe you meant '==' or ':=' instead of '='|Maybe you meant '==' instead of '='",
        _assigned,
        "python/assignment",
    ),
    _row(
        "missing colon",
        r"^expected ':'",
        _opened,
        _BLOCKS,
    ),
    _row(
        "missing block",
        r"^expected an indented block",
        _says(N_("The block after a line that ends with a colon is indented by four spaces.")),
        _BLOCKS,
    ),
    _row(
        "unexpected indent",
        r"^unexpected indent",
        _indented,
        _BLOCKS,
    ),
    _row(
        "inconsistent dedent",
        r"^unindent does not match",
        _says(N_("This line is indented between two levels. Indent it exactly like another line of its block.")),
        _BLOCKS,
    ),
    _row(
        "mixed indentation",
        r"^inconsistent use of tabs and spaces",
        _says(
            N_(
                "Some lines here are indented with tabs, others with spaces. They look alike, but Python cannot "
                "compare them: use four spaces everywhere."
            )
        ),
        _BLOCKS,
    ),
    _row(
        "unterminated string",
        r"^unterminated (?:triple-quoted )?string literal|^unterminated f-string",
        _says(N_("A string begins with a quotation mark and ends with the same one. The closing one is missing.")),
        _SIGNS,
    ),
    _row(
        "print statement",
        r"^Missing parentheses in call to 'print'",
        _says(N_("print is a function: write what it prints in parentheses."), printed),
        _SIGNS,
    ),
    _row(
        "missing comma",
        r"^invalid syntax\. Perhaps you forgot a comma",
        _says(N_("There is nothing between two values here. Write a comma between them, or an operator: +, *, @.")),
        _SIGNS,
    ),
    _row(
        "invalid number",
        r"^invalid decimal literal",
        _says(N_("A name cannot begin with a digit. To multiply, write the * too."), multiplied),
        _SIGNS,
    ),
    _row(
        "invalid character",
        r"^invalid (?:non-printable )?character",
        _strange_character,
        _SIGNS,
    ),
    _row(
        "return outside",
        r"^'return' outside function",
        _says(N_("return belongs in a function, indented below its def. At the prompt, the value itself is enough.")),
        _BLOCKS,
    ),
    _row(
        "argument order",
        r"^positional argument follows keyword argument",
        _says(N_("Positional arguments come first, keyword arguments, written as name=value, after them.")),
        _SIGNS,
    ),
    _row("place", r"^invalid syntax(?!\.)", _place, _SIGNS),
    _row("semicolon", r"^invalid syntax(?!\.)", _semicolon, _SIGNS),
    _row("pip", r"^invalid syntax", _pip, "python/missing-package"),
    _row("foreign syntax", r"^invalid syntax", _other_language, _SIGNS),
)
