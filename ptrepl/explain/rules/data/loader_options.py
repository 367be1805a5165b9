"""DataLoader(…) with options that do not go together, or with nothing to load."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext

_FILE = "torch/utils/data/dataloader.py"


def _call(case: Case) -> ast.Call | None:
    node = case.node
    return node if isinstance(node, ast.Call) and locals_of(case, "__init__", _FILE) else None


def _keyword(node: ast.Call, name: str) -> ast.keyword | None:
    return next((each for each in node.keywords if each.arg == name), None)


def _without(case: Case, node: ast.Call, *names: str) -> tuple[Fix, ...]:
    """The call without some of its keyword arguments."""
    source = case.site.source
    if not all(_keyword(node, name) for name in names):
        return ()
    kept = [segment(source, each) for each in node.args]
    for each in node.keywords:
        if each.arg is None:
            return ()
        if each.arg not in names:
            kept.append(f"{each.arg}={segment(source, each.value)}")
    return verified(case, Candidate(f"{segment(source, node.func)}({', '.join(kept)})"))


def _may_be_none(case: Case, node: ast.expr) -> bool:
    """Whether the same line of a function can get another value: a name or ``self.sampler`` may hold None there."""
    return case.site.is_nested and isinstance(node, (ast.Name, ast.Attribute))


def _only_without(case: Case, node: ast.Call, sampler: ast.expr) -> tuple[Fix, ...]:
    """``shuffle=True`` only where there is no sampler."""
    source, shuffle = case.site.source, _keyword(node, "shuffle")
    if shuffle is None:
        return ()
    asked = f"{segment(source, sampler)} is None"
    if not isinstance(shuffle.value, ast.Constant):
        asked = f"{operand(source, shuffle.value)} and {asked}"
    return verified(case, Candidate(spliced(source, node, {shuffle.value: f"({asked})"})))


def _batch_size(case: Case) -> Finding | None:
    node = _call(case)
    if node is None:
        return None
    keyword = _keyword(node, "batch_size")
    given = keyword.value if keyword is not None else node.args[1] if len(node.args) > 1 else None
    held: Any = locals_of(case, "__init__", _FILE).get("batch_size")
    if given is None or type(held) not in (str, int, float, bool):
        return None
    fields = {"name": operand_text(case, given), "type": type_name(held)}
    source = case.site.source
    if type(held) is str and held.isdigit() and int(held):
        text = gettext("batch_size is the string {name}; it is a number of samples, of type int.", **fields)
        new = held if isinstance(given, ast.Constant) else f"int({segment(source, given)})"
        return Finding(text, verified(case, Candidate(spliced(source, node, {given: new}))))
    if type(held) is float and held >= 1:
        text = gettext("batch_size={name} is of type float; it is a number of samples, of type int.", **fields)
        new = str(int(held)) if isinstance(given, ast.Constant) else f"int({segment(source, given)})"
        return Finding(text, verified(case, Candidate(spliced(source, node, {given: new}))))
    return Finding(gettext("batch_size is the number of samples in a batch, 1 or more, and not {name}.", **fields))


_CLASHES = {
    "sampler option is mutually exclusive with shuffle": (  # not a sentence: torch says it
        ("shuffle",),
        N_(
            "A sampler says in which order samples are taken, and so does shuffle=True: DataLoader takes one of the "
            "two."
        ),
    ),
    "expected unspecified shuffle option": (  # not a sentence: torch says it
        ("shuffle",),
        N_(
            "{name} is an IterableDataset: it gives its samples in its own order, so DataLoader cannot shuffle them. "
            "Shuffle them in its __iter__."
        ),
    ),
    "expected unspecified sampler option": (  # not a sentence: torch says it
        ("sampler",),
        N_(
            "{name} is an IterableDataset: it gives its samples in its own order, so there is nothing for a sampler to "
            "do."
        ),
    ),
    "expected unspecified batch_sampler option": (  # not a sentence: torch says it
        ("batch_sampler",),
        N_(
            "{name} is an IterableDataset: it gives its samples in its own order, so a batch_sampler cannot choose "
            "them."
        ),
    ),
    "batch_sampler option is mutually exclusive with": (  # not a sentence: torch says it
        ("batch_size", "shuffle", "sampler", "drop_last"),
        N_(
            "A batch_sampler says itself which samples make a batch, which leaves no use for batch_size, shuffle, "
            "sampler and drop_last."
        ),
    ),
    "prefetch_factor option could only be specified in multiprocessing": (  # not a sentence: torch says it
        ("prefetch_factor",),
        N_(
            "prefetch_factor is the number of batches that each worker loads ahead, and with num_workers=0 there are "
            "no workers."
        ),
    ),
    "persistent_workers option needs num_workers > 0": (  # not a sentence: torch says it
        ("persistent_workers",),
        N_("persistent_workers keeps workers between epochs, and with num_workers=0 there are none."),
    ),
    "num_workers option should be non-negative": (  # not a sentence: torch says it
        ("num_workers",),
        N_("num_workers is the number of processes that load samples. 0 loads them in this one."),
    ),
    "timeout option should be non-negative": (  # not a sentence: torch says it
        ("timeout",),
        N_("timeout is a number of seconds, 0 or more; 0 waits without an end."),
    ),
}


def _clash(case: Case) -> Finding | None:
    node = _call(case)
    names, sentence = _CLASHES[case.match.group(0)]
    if node is None or not node.args:
        return None
    given = [name for name in names if _keyword(node, name)]
    if (
        names == ("shuffle",)
        and (sampler := _keyword(node, "sampler")) is not None
        and _may_be_none(case, sampler.value)
    ):
        return Finding(
            gettext(sentence, name=operand_text(case, node.args[0])), _only_without(case, node, sampler.value)
        )
    return Finding(
        gettext(sentence, name=operand_text(case, node.args[0])), _without(case, node, *given) if given else ()
    )


def _workers(case: Case) -> Finding | None:
    """``num_workers="2"``."""
    node = _call(case)
    keyword = _keyword(node, "num_workers") if node is not None else None
    held: Any = locals_of(case, "__init__", _FILE).get("num_workers")
    if node is None or keyword is None or type(held) is not str or not held.isdigit():
        return None
    given, source = keyword.value, case.site.source
    new = held if isinstance(given, ast.Constant) else f"int({segment(source, given)})"
    text = gettext(
        "num_workers is the string {name}; it is a number of processes, of type int.", name=operand_text(case, given)
    )
    return Finding(text, verified(case, Candidate(spliced(source, node, {given: new}))))


BEFORE = ("modules.subclass", "optimizers.optimizer_settings", "modules.layer_settings")

_MORE = "data/loader-options"

RULES = (
    Rule(
        "batch size",
        ("ValueError",),
        r"batch_size should be a positive integer value, but got batch_size=",
        _batch_size,
        more=_MORE,
    ),
    Rule("workers", ("TypeError",), r"^'<' not supported between instances of 'str' and 'int'", _workers, more=_MORE),
    Rule("loader options", ("ValueError",), "|".join(_CLASHES), _clash, more=_MORE),
)
