"""An answer with words around it: ``an int64, because 8 is an integer``. Read by its form; pure.

Taken only where it is sure which value is meant: the words lead to one value, a reason may follow, and no other value
of that kind and no word of denial stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ptrepl.tutor.check.answers import THOUSANDS, Answer, DeviceAnswer, Dtype, Error, Numbers, read_answer, read_letter
from ptrepl.tutor.error_names import with_errors_named
from ptrepl.tutor.format.lesson import Block, Choices

_LEADING = frozenset(
    "a an the i it its it's that that's this they think guess say believe is are be becomes become gives give has have "
    "would will should must can probably maybe surely answer result dtype type shape value stays comes out prints "
    "raises returns shows so then of on to device still only just number numbers value values".split()
)
"""What may stand before the value without saying anything about it."""
_DENIAL = re.compile(
    r"\b(?:not|no|never|neither|nor|or|either|instead|unless|but|nothing|cannot|wrong)\b|n['’]t\b", re.I
)
_BECAUSE = re.compile(r"\b(?:because|since)\b", re.I)
_REASON = r"(?:\s*[,;:–—]\s*|\s*\.(?!\w)\s*|\s+(?=(?:because|since|as|for)\b))"
_KINDS = {
    "dtype": re.compile(
        r"(?<![\w.])(?:torch\.)?(?:b?float|u?int|complex)\d+(?!\w)|(?<![\w.])(?:torch\.)?bool(?!\w)", re.I
    ),
    "device": re.compile(r"(?<![\w.])(?:cpu|gpu|meta|cuda|mps|xpu|hpu)(?::\d+)?(?!\w)", re.I),
    "error": re.compile(r"(?<![\w.])(?:\w*(?-i:Error)|error)(?!\w)", re.I),
    "truth": re.compile(r"(?<![\w.])(?:true|false)(?!\w)", re.I),
    "number": re.compile(rf"(?<![\w.])(?:{THOUSANDS}|[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?)(?!\w)"),
    "row": re.compile(
        r"[\[(]?(?<![\w.])[\[(]*[-+]?\d[-+\d.e]*(?:[\s,\[\]()]+(?:and\s+)?[-+]?\d[-+\d.e]*)*[\])]*(?!\w)"
    ),
}
_NUMBER_WORDS = re.compile(r"\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand)\b", re.I)


def answer_in_words(text: str, truth: Answer | None) -> Answer | None:
    """The one value of the kind of ``truth`` in these words, or an error; None where that is not sure."""
    kind = _kind(truth)
    if not kind or "?" in text or _denies(text):
        return None
    text = with_errors_named(text.strip())
    if _KINDS["error"].search(claim := _BECAUSE.split(text, maxsplit=1)[0].rstrip(" ,;")):
        kind, text = "error", claim
    found = list(_KINDS[kind].finditer(text))
    if len(found) != 1 or (kind in ("number", "row") and _NUMBER_WORDS.search(text)):
        return None
    (value,) = found
    if not _leads(text[: value.start()]) or not _ends(text[value.end() :]):
        return None
    answer = read_answer(re.sub(r",?\s+and\s+", ", ", value.group().rstrip(".,")))
    return answer if isinstance(answer, Error) or type(answer) is type(truth) else None


def letter_in_words(text: str, question: Choices) -> int | None:
    """The choice that ``b, because it is random`` or ``it is the weights`` means; None where that is not sure."""
    match = re.match(
        r"(?P<lead>(?:[\w'’]+\s+)*?)\(?(?P<letter>[a-z])\)?(?P<rest>\s*[,;:.–—].*|\s+(?:because|since)\b.*)$",
        text,
        re.I,
    )
    if "?" in text or _denies(text):
        return None
    if match is None or not _leads(match["lead"]):
        return _by_its_text(text.strip(" .!").split(), question)
    others = set(re.findall(r"\b[b-z]\b", match["rest"].casefold())) - {"i", "s", "t"}
    return None if others else read_letter(match["letter"], question)


def _by_its_text(words: Sequence[str], question: Choices) -> int | None:
    """The choice that is named behind words that lead to it, ``I think the weights``."""
    for place in range(1, len(words)):
        named = " ".join(words[place:])
        if len(named) > 1 and _leads(" ".join(words[:place])) and (index := read_letter(named, question)) is not None:
            return index
    return None


def is_undecided(text: str, question: Block) -> bool:
    """Whether that is two answers with an ``or`` between: ``3 or 4``, ``true or false``, ``either a or b``."""
    text = re.sub(r"^(?:either|maybe)\s+", "", text.strip(" .?"), flags=re.I)
    parts = re.split(r"\s*,?\s+or\s+", text, flags=re.I)
    if isinstance(question, Choices):
        answers: list[object] = [read_letter(part, question) for part in parts]
    else:
        answers = [read_answer(part) for part in parts]
    return len(parts) > 1 and None not in answers


def _kind(truth: Answer | None) -> str:
    if isinstance(truth, Dtype):
        return "dtype"
    if isinstance(truth, DeviceAnswer):
        return "device"
    if isinstance(truth, Error):
        return "error"
    if not isinstance(truth, Numbers):
        return ""
    if truth.shape == ():
        return "truth" if truth.boolean else "number"
    return "" if truth.boolean else "row"


def _denies(text: str) -> bool:
    """Whether a value may be named to be denied; not in the reason for it, ``cpu, since nothing keeps the other``."""
    return _DENIAL.search(_BECAUSE.split(text, maxsplit=1)[0]) is not None


def _leads(before: str) -> bool:
    return all(
        word in _LEADING for word in re.findall(r"[\w'’]+", before.casefold().replace("’", "'"))
    ) and not re.search(r"[^\w\s'’,:]", before)


def _ends(after: str) -> bool:
    return not after.strip(" .!") or re.match(_REASON, after) is not None
