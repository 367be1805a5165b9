"""An error in a worker process of a DataLoader, which arrives as text; objects that cannot be sent to one."""

from __future__ import annotations

import re

from ptrepl.explain.case import Case
from ptrepl.explain.operands.library_frame import locals_around
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.cut import cut
from ptrepl.texts.messages import gettext

_PLACE = re.compile(
    r'^  File "(?P<file>[^"\n]+)", line (?P<line>\d+), in (?P<function>[^\n]+)\n(?:    (?P<code>[^\n]+)\n)?',
    re.MULTILINE,
)
_SHAPES = re.compile(
    r"stack expects each tensor to be equal size, but got (\[[\d, ]*\]) at entry (\d+) and (\[[\d, ]*\]) at entry (\d+)"
)
_MOST_CODE = 60


def _caught(case: Case) -> Finding | None:
    kind, number = case.match.group("kind"), case.match.group("number")
    last = case.message.rstrip().rpartition("\n")[2].strip()
    shapes = _SHAPES.search(case.message)
    inside = gettext("The worker process {number} failed while it loaded a batch.", number=number)
    here = gettext(
        "With num_workers=0 the samples are loaded in this process, and the error is shown where it happens."
    )
    if shapes is not None:
        first, _, other, _ = shapes.groups()
        text = gettext(
            "Two samples of the batch have different shapes: ({first}) and ({other}). DataLoader stacks the samples of "
            "a batch, so they need one shape.",
            first=_shape(first),
            other=_shape(other),
        )
        return Finding(f"{inside} {text} {_one_shape(first, other)}")
    place = [each for each in _PLACE.finditer(case.message) if case.learner_files(each["file"])]
    if not place:
        text = gettext("Its error was {error}.", error=cut(last, _MOST_CODE) or kind)
        return Finding(f"{inside} {text} {here}")
    code = place[-1]["code"]
    fields = {
        "function": place[-1]["function"].strip(),
        "line": place[-1]["line"],
        "error": cut(last, _MOST_CODE) or kind,
    }
    if code is None:
        text = gettext("In {function}, line {line}, it raised {error}.", **fields)
    else:
        text = gettext(
            "In {function}, line {line}, `{code}` raised {error}.", code=cut(code.strip(), _MOST_CODE), **fields
        )
    return Finding(f"{inside} {text} {here}")


def _one_shape(first: str, other: str) -> str:
    """What brings samples to one shape: for sequences, for images, or for anything."""
    one, two = (each.strip("[]").split(", ") for each in (first, other))
    if len(one) == len(two) < 3 and one[1:] == two[1:]:
        return gettext(
            "They differ in their length: pad the shorter ones, in a function that DataLoader gets as collate_fn."
        )
    if len(one) == len(two) == 3 and one[0] == two[0]:
        return gettext("If these are images, resize or crop all of them to one size in __getitem__.")
    return gettext("Bring all of them to one shape in __getitem__.")


def _shape(text: str) -> str:
    inside = text.strip("[]")
    return f"{inside}," if inside and "," not in inside else inside


def _not_sent(case: Case) -> Finding | None:
    """Workers that are started with spawn get the dataset as a pickle."""
    if not locals_around(case, "__init__", "torch/utils/data/dataloader.py"):
        return None
    text = gettext(
        "With num_workers above 0 the dataset is sent to other processes as a pickle, and a lambda, or a function "
        "defined inside another, cannot be pickled. Define the function at the top level with def, or use "
        "num_workers=0."
    )
    return Finding(text)


def _main_missing(case: Case) -> Finding:
    return Finding(
        gettext(
            "Each worker process runs this file from its beginning, and would start workers of its own. Put what "
            "starts "
            'them below if __name__ == "__main__":.'
        )
    )


BEFORE = ("saving.unsafe_file", "data.collate", "data.dataset", "data.sample_index", "data.unpack", "shapes.index")

_MORE = "data/workers"

RULES = (
    Rule(
        "worker",
        ("Exception",),
        r"^Caught (?P<kind>\w+) in DataLoader worker process (?P<number>\d+)\.",
        _caught,
        more=_MORE,
    ),
    Rule(
        "not sent",
        ("AttributeError", "PicklingError", "TypeError"),
        r"[Cc]an't pickle (?:local object|<function)",
        _not_sent,
        more=_MORE,
        only_torch=False,
    ),
    Rule(
        "main missing",
        ("RuntimeError",),
        r"current process has finished its bootstrapping phase",
        _main_missing,
        more=_MORE,
        only_torch=False,
    ),
)
