"""The module that the learner's code runs in, and the packages that are imported into it when they are first read."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Mapping
from functools import cache
from importlib.machinery import ModuleSpec
from typing import Any

from ptrepl.engine.run.compiling import reads
from ptrepl.engine.run.source_cache import CLASSES_FILE

ON_DEMAND = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}
"""Names that are imported just before a statement that reads them unbound."""

IMPORTING = "<ptrepl import>"
"""The file name of the code that imports them."""


class LearnerModule(types.ModuleType):
    """A module of a given name that holds ``names`` and Python's builtins."""

    # inspect.getsource finds a class through the __file__ of its module; as an attribute of the module's type it is
    # there for inspect and yet no name of the learner's
    __file__ = CLASSES_FILE

    def __init__(self, name: str, names: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        self.__dict__["__builtins__"] = builtins
        if sys.version_info < (3, 14):  # from then on they are made when they are first asked for
            self.__annotations__ = {}
        self.__dict__.update(names)


def to_import(code: types.CodeType, namespace: Mapping[str, Any]) -> list[str]:
    """Those of ``np``, ``pd`` and ``plt`` that ``code`` reads and that are not in ``namespace``."""
    return sorted(reads(code, ON_DEMAND) - namespace.keys())


@cache
def import_statement(name: str) -> types.CodeType:
    """``import pandas as pd``, to be run as the learner's code is: Ctrl-C stops it, and what it raises is theirs."""
    return compile(f"import {ON_DEMAND[name]} as {name}", IMPORTING, "exec", dont_inherit=True)


def is_missing(error: BaseException, name: str) -> bool:
    """Whether ``error`` says no more than that the package behind ``name`` is not installed."""
    if type(error) is not ModuleNotFoundError:
        return False
    return error.name in (ON_DEMAND[name], ON_DEMAND[name].partition(".")[0])
