"""A setting that takes one of a few words, and got another: ``padding="SAME"``, ``reduction="average"``."""

from __future__ import annotations

import ast
import re

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import either
from ptrepl.texts.messages import gettext

_CHOICES = {
    "reduction": ("mean", "sum", "none"),
    "padding": ("same", "valid"),
    "padding_mode": ("zeros", "reflect", "replicate", "circular"),
    "anneal_strategy": ("cos", "linear"),
    "nonlinearity": ("tanh", "relu"),
    "activation": ("relu", "gelu"),
    "threshold_mode": ("rel", "abs"),
    "plateau": ("min", "max"),
    "fan": ("fan_in", "fan_out"),
}
_PARAMETERS = {"plateau": "mode", "fan": "mode"}
_SAME = {
    "average": "mean",
    "avg": "mean",
    "minimum": "min",
    "minimize": "min",
    "lower": "min",
    "maximum": "max",
    "maximize": "max",
    "higher": "max",
    "zero": "zeros",
    "constant": "zeros",
    "reflection": "reflect",
    "replication": "replicate",
    "edge": "replicate",
    "wrap": "circular",
    "cosine": "cos",
    "relative": "rel",
    "absolute": "abs",
}
"""Other words for them: those of NumPy, of Keras, or in full."""
_FOLDED = re.compile(r"[^a-z0-9]")


def _choice(case: Case) -> Finding | None:
    kind = next((name for name, found in case.match.groupdict().items() if found is not None), None)
    if kind is None:
        return None
    word, choices, parameter = case.match[kind].strip("'"), _CHOICES[kind], _PARAMETERS.get(kind, kind)
    written, meant = _written(case, parameter, word), _meant(word, choices)
    if written is None:
        return None
    said = gettext(
        "{parameter} is {word}, and it takes {choices}.",
        parameter=parameter,
        word=f'"{word}"',
        choices=either([f'"{each}"' for each in choices]),
    )
    node, statement, source = written
    if meant is None:
        return Finding(said)
    if statement is None:
        code = spliced(source, case.node, {node: f'"{meant}"'})  # type: ignore[arg-type]
        instead = gettext("Write {code}.", code=in_one_line(code, ast.parse(code, mode="eval").body))
        return Finding(f"{said} {instead}", verified(case, Candidate(code)))
    code = spliced(source, statement, {node: f'"{meant}"'})
    instead = gettext("Make it with {code}.", code=in_one_line(code, ast.parse(code).body[0]))
    return Finding(f"{said} {instead}")


def _written(case: Case, parameter: str, word: str) -> tuple[ast.expr, ast.stmt | None, str] | None:
    """Where the word stands: in the failing call, or in the statement that made what was called."""
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    here = _argument(node, parameter, word)
    if here is not None:
        return here, None, case.site.source
    made = origin(case, node.func.id) if isinstance(node.func, ast.Name) else None
    there = _argument(made.value, parameter, word) if made is not None and isinstance(made.value, ast.Call) else None
    return (there, made.statement, made.source) if made is not None and there is not None else None


def _argument(call: ast.Call, parameter: str, word: str) -> ast.expr | None:
    given = {each.arg: each.value for each in call.keywords}
    ways = [given[parameter]] if parameter in given else call.args
    found = [each for each in ways if isinstance(each, ast.Constant) and each.value == word]
    return found[0] if len(found) == 1 else None


def _meant(word: str, choices: tuple[str, ...]) -> str | None:
    folded = _FOLDED.sub("", word.lower())
    if _SAME.get(folded) in choices:
        return _SAME[folded]
    same = [each for each in choices if _FOLDED.sub("", each) == folded]
    close = same or near(word.lower(), choices, 0.7)
    return close[0] if close else None


_MORE = "modules/choices"

BEFORE = ("shapes.resized",)

RULES = (
    Rule(
        "choice",
        ("ValueError", "RuntimeError"),
        r"^(?P<reduction>\w+) is not a valid value for reduction|"
        r"Invalid padding string (?P<padding>'[^']*')|"
        r"padding_mode must be one of .* got padding_mode=(?P<padding_mode>'[^']*')|"
        r"anneal_strategy must be one of .* instead got (?P<anneal_strategy>\w+)|"
        r"Unknown nonlinearity (?P<nonlinearity>'[^']*')|"
        r"activation should be relu/gelu, not (?P<activation>\w+)|"
        r"^mode (?P<plateau>\w+) is unknown|^threshold mode (?P<threshold_mode>\w+) is unknown|"
        r"^Mode (?P<fan>[\w-]+) not supported, please use one of",
        _choice,
        more=_MORE,
    ),
)
