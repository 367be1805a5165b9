"""The module that the learner's code runs in, and the packages that are imported into it when they are first read."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Container, ItemsView, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.machinery import BuiltinImporter, ModuleSpec
from typing import Any

from ptrepl.engine.run.compiling import reads
from ptrepl.engine.run.execution import Ended, Executor
from ptrepl.engine.run.failure import trim
from ptrepl.engine.run.source_cache import CLASSES_FILE
from ptrepl.texts.messages import gettext

ON_DEMAND = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}
"""Names that are imported just before a statement that reads them unbound."""

_IMPORTING = "<ptrepl import>"
"""The file name of the code that imports them."""


class LearnerModule(types.ModuleType):
    """A module of a given name that holds ``names`` and Python's builtins."""

    __file__ = CLASSES_FILE

    def __init__(self, name: str, names: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        self.__loader__ = BuiltinImporter  # as of every __main__ that is no file
        self.__dict__["__builtins__"] = builtins
        if sys.version_info < (3, 14):  # from then on they are made when they are first asked for
            self.__annotations__ = {}
        self.__dict__.update(names)


class Theirs(Mapping[str, Any]):
    """``namespace`` without the names that are the host's own, as ``IPython`` puts ``In`` and ``Out`` among them."""

    def __init__(self, namespace: Mapping[str, Any], not_theirs: Container[str]) -> None:
        self._namespace = namespace
        self._not_theirs = not_theirs

    def __getitem__(self, name: str) -> Any:
        if name in self._not_theirs:
            raise KeyError(name)
        return self._namespace[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in list(self._namespace) if name not in self._not_theirs)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def items(self) -> ItemsView[str, Any]:
        # each look reads all names: Mapping's own way asks of each one three times
        left_out = self._not_theirs
        return {name: value for name, value in list(self._namespace.items()) if name not in left_out}.items()


def learner_module(name: str, names: Mapping[str, Any], classes_file: str) -> LearnerModule:
    """A fresh module; its classes have their source in ``classes_file``."""
    # inspect.getsource finds a class through the __file__ of its module; as an attribute of the module's type it is
    # there for inspect and yet no name of the learner's
    made = type("LearnerModule", (LearnerModule,), {"__file__": classes_file})(name, names)
    assert isinstance(made, LearnerModule)
    return made


def import_on_demand(
    code: types.CodeType, namespace: dict[str, Any], executor: Executor, before: Callable[[str], None] | None
) -> Ended | None:
    """Bind ``np``, ``pd`` and ``plt`` where ``code`` reads them unbound; how it ended where an import failed.

    The import runs as the learner's code does: Ctrl-C stops it, and what it raises is the error of the statement, with
    the traceback from the learner's own file on. A package that is not installed is passed over: the statement's
    own NameError says what is missing. ``before`` is called first, with the name of the module.
    """
    for name in sorted(reads(code, ON_DEMAND) - namespace.keys()):
        if before is not None:
            try:
                before(ON_DEMAND[name])
            except Exception as mistake:
                from ptrepl.error_log import log

                log(mistake, f"preparing the import of {ON_DEMAND[name]}")
        ended = executor.execute(_import_statement(name), namespace, None)
        error = ended.error
        if error is None or _is_missing(error, name):
            continue
        error.__traceback__ = trim(error.__traceback__, _IMPORTING)
        if not isinstance(error, KeyboardInterrupt):
            with suppress(Exception):  # an exception whose class has made notes impossible
                note = gettext(
                    "({name} was not defined, so ptrepl imported {package}.)", name=name, package=ON_DEMAND[name]
                )
                BaseException.add_note(error, note)
        return ended
    return None


@cache
def _import_statement(name: str) -> types.CodeType:
    return compile(f"import {ON_DEMAND[name]} as {name}", _IMPORTING, "exec", dont_inherit=True)


def _is_missing(error: BaseException, name: str) -> bool:
    """Whether ``error`` says no more than that the package behind ``name`` is not installed."""
    if type(error) is not ModuleNotFoundError:
        return False
    return error.name in (ON_DEMAND[name], ON_DEMAND[name].partition(".")[0])
