"""The module that the learner's code runs in, and the packages that are imported into it when they are first read."""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from typing import Any

from ptrepl.engine.run.compiling import reads
from ptrepl.engine.run.source_cache import CLASSES_FILE

ON_DEMAND = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}
"""Names that are imported just before a statement that reads them unbound."""


class LearnerModule(types.ModuleType):
    """A module of a given name that holds ``names`` and Python's builtins."""

    # inspect.getsource finds a class through the __file__ of its module; as an attribute of the module's type it is
    # there for inspect, and not one of the learner's names
    __file__ = CLASSES_FILE

    def __init__(self, name: str, names: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        self.__dict__["__builtins__"] = builtins
        if sys.version_info < (3, 14):  # from then on they are made when they are first asked for
            self.__annotations__ = {}
        self.__dict__.update(names)


def import_on_demand(code: types.CodeType, namespace: dict[str, Any]) -> None:
    """Bind ``np``, ``pd`` and ``plt`` where ``code`` reads them and nothing of that name is there."""
    for name in reads(code, ON_DEMAND) - namespace.keys():
        try:
            namespace[name] = importlib.import_module(ON_DEMAND[name])
        except ImportError:
            continue  # the statement's own NameError says what is missing
