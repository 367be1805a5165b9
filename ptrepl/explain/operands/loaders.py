"""Datasets and loaders: their names, what one sample holds, and the statement that made a loader."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, module_name, mro, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import earlier, parsed

_MOST_NAMES = 5_000


def is_loader(value: Any) -> bool:
    """Whether ``value`` is a DataLoader of torch itself, not of a class derived from it."""
    return kind_of(value) is Kind.LOADER and type(value) is sys.modules["torch.utils.data"].DataLoader


def is_dataset(value: Any, *names: str) -> bool:
    """Whether ``value`` derives from a class of torch.utils.data, ``Dataset`` where no name is given."""
    data = sys.modules.get("torch.utils.data")
    classes = [getattr(data, name, None) for name in names or ("Dataset",)]
    return any(base is each for base in mro(type(value)) for each in classes if each is not None)


def name_of(case: Case, value: Any) -> str:
    """A name of the failing frame, or of the prompt, that is bound to ``value``; "" if none is."""
    for names in (case.site.frame.f_locals, case.names):
        for count, (name, held) in enumerate(names.items()):
            if held is value and type(name) is str and name.isidentifier() and not name.startswith("_"):
                return name
            if count > _MOST_NAMES:
                break
    return ""


def dataset_text(case: Case, dataset: Any) -> str:
    """The learner's text for a dataset: its name, or ``loader.dataset``; ``dataset``, as DataLoader calls it, if "
    "none."""
    name = name_of(case, dataset)
    if name:
        return name
    for each, held in case.names.items():
        if type(each) is str and is_loader(held) and own_dict(held).get("dataset") is dataset:
            return f"{each}.dataset"
    return "dataset"


def collates_by_default(loader: Any) -> bool:
    """Whether a loader, or its iterator, makes batches with torch's own ``default_collate``."""
    held = own_dict(loader)
    function = held.get("collate_fn", held.get("_collate_fn"))
    return function is sys.modules["torch.utils.data"].default_collate


def loader_calls(case: Case) -> Iterator[tuple[str, ast.stmt, ast.Call]]:
    """Each call of ``DataLoader`` in the failing statement, or else in statements of the session before it.

    With the text that the positions refer to and the statement that holds it.
    """
    inside = [*_calls(case.site.statement)]
    if inside:
        yield from ((case.site.source, case.site.statement, each) for each in inside)
        return
    for entry in earlier(case):
        tree = parsed(entry.source) if "DataLoader" in entry.source else None
        if tree is not None and len(tree.body) == 1:
            yield from ((entry.source, tree.body[0], each) for each in _calls(tree))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and each.args:
            name = called_name(each)
            if name == "DataLoader":
                yield each


def has_own(value: Any, method: str) -> bool:
    """Whether the class of ``value`` defines ``method``, not a class of torch or Python that it derives from."""
    for base in mro(type(value)):
        if method in class_dict(base):
            return module_name(base).partition(".")[0] not in ("torch", "builtins", "typing")
    return False
