"""``pd`` and the like, where the package that they stand for is not installed."""

from __future__ import annotations

import importlib.util

from ptrepl.engine.run.namespace import ON_DEMAND
from ptrepl.explain.case import Case
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MORE = "python/missing-package"


def _short_name(case: Case) -> Finding | None:
    name = case.match[1]
    package = ON_DEMAND[name].partition(".")[0]
    if _is_installed(package):
        return None
    text = gettext(
        "{name} stands for {package}, which is not installed here. %pip install {package} installs it at the prompt; "
        "then the same line runs.",
        name=name,
        package=package,
    )
    return Finding(text)


def _package(case: Case) -> Finding | None:
    package = case.match[1]
    if _is_installed(package):
        return None
    text = gettext(
        "{package} is not installed here. %pip install {package} installs it at the prompt.", package=package
    )
    return Finding(text)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


_PACKAGES = "|".join(module.partition(".")[0] for module in ON_DEMAND.values())

BEFORE = ("python.name",)

RULES = (
    Rule(
        "missing package",
        ("NameError",),
        rf"^name '({'|'.join(ON_DEMAND)})' is not defined",  # not a sentence: a pattern of Python's message
        _short_name,
        _MORE,
        only_torch=False,
    ),
    Rule(
        "missing package",
        ("ModuleNotFoundError",),
        rf"^No module named '({_PACKAGES})(?:\.\w+)*'",  # not a sentence: likewise
        _package,
        _MORE,
        only_torch=False,
    ),
)
