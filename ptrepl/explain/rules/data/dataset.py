"""A Dataset without __len__ or __getitem__, or with a __getitem__ that takes no index."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import class_dict, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.operands.library_frame import locals_around
from ptrepl.explain.operands.loaders import is_dataset, is_loader, name_of
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MISSPELT = re.compile(r"_*(get_?item|len|length|size)_*$")


def _dataset(case: Case) -> Any:
    """The dataset that was asked: by a loader or a sampler, or by the learner."""
    for function, file, name in (
        ("__len__", "torch/utils/data/dataloader.py", "self"),
        ("num_samples", "torch/utils/data/sampler.py", "self"),
        ("__iter__", "torch/utils/data/sampler.py", "self"),
        ("fetch", "torch/utils/data/_utils/fetch.py", "self"),
        ("__len__", "torch/utils/data/sampler.py", "self"),
    ):
        held = locals_around(case, function, file).get(name)
        found = own_dict(held)
        for key in ("dataset", "data_source", "sampler"):
            each = found.get(key)
            if each is not None:
                return own_dict(each).get("data_source", each) if key == "sampler" else each
    match case.node:
        case ast.Call(func=ast.Name(id="len"), args=[value]) | ast.Subscript(value=value):
            real = case.real(value)
            return own_dict(real).get("dataset") if is_loader(real) else real
    return None


def _no_length(case: Case) -> Finding | None:
    dataset = _dataset(case)
    cls = case.match.group(1)
    if dataset is None or type_name(dataset) != cls:
        return None
    if is_dataset(dataset, "IterableDataset"):
        text = gettext(
            "{cls} is an IterableDataset: it gives its samples one after the other, and how many there are shows only "
            "at the end. A method __len__ that returns their number would tell it before.",
            cls=cls,
        )
        return Finding(text)
    if not is_dataset(dataset):
        return None
    text_of = class_text(case, type(dataset))
    wrong = _misspelt(dataset, "len")
    if wrong:
        text = gettext(
            "{cls} has a method {wrong}. len() and DataLoader look for __len__, with two underscores on each side.",
            cls=cls,
            wrong=wrong,
        )
        return Finding(text, _renamed(text_of, wrong, "__len__"))
    text = gettext(
        "{cls} has no method __len__. DataLoader asks it how many samples there are: give {cls} one that returns their "
        "number.",
        cls=cls,
    )
    return Finding(text, _with_length(text_of))


def _misspelt(dataset: Any, word: str) -> str:
    mangled = f"_{type_name(dataset).lstrip('_')}__"
    names = [re.sub(f"^{mangled}", "__", each) for each in class_dict(type(dataset))]
    found = (each for each in names if _MISSPELT.match(each) and word in each.replace("_", ""))
    return next((each for each in found if each not in ("__len__", "__getitem__")), "")


def _renamed(text: ClassText | None, wrong: str, right: str) -> tuple[Fix, ...]:
    method = text.method(wrong) if text is not None else None
    if text is None or method is None:
        return ()
    new = segment(text.source, method).replace(f"def {wrong}", f"def {right}", 1)
    return text.anew({method: new}, _again(text))


def _again(text: ClassText) -> str:
    return gettext("then make {cls} again", cls=text.cls.__name__)


def _with_length(text: ClassText | None) -> tuple[Fix, ...]:
    """``__len__`` beside a ``__getitem__`` that takes ``self.x[i]``: its length is that of ``self.x``."""
    method = text.method("__getitem__") if text is not None else None
    if text is None or method is None or len(method.args.args) != 2:
        return ()
    index = method.args.args[1].arg
    held = {
        segment(text.source, each.value)
        for each in ast.walk(method)
        if isinstance(each, ast.Subscript)
        and isinstance(each.slice, ast.Name)
        and each.slice.id == index
        and isinstance(each.value, ast.Attribute)
        and isinstance(each.value.value, ast.Name)
        and each.value.value.id == method.args.args[0].arg
    }
    if not held:
        return ()
    first = sorted(held)[0]
    space = " " * method.col_offset
    added = f"def __len__(self):\n{space}    return len({first})\n\n{space}{segment(text.source, method)}"
    return text.anew({method: added}, _again(text))


def _no_item(case: Case) -> Finding | None:
    dataset = _dataset(case)
    if dataset is None or (case.match.groupdict().get("cls") or type_name(dataset)) != type_name(dataset):
        return None
    if type(dataset) in (set, frozenset):
        name = name_of(case, dataset) or gettext("The dataset")
        text = gettext(
            "{name} is a set, which has no order and no indices. DataLoader takes samples by their index: make a list "
            "of it first.",
            name=name,
        )
        return Finding(text)
    if not _asked_by_loader(case) and not is_dataset(dataset):
        return None
    cls, text_of = type_name(dataset), class_text(case, type(dataset))
    wrong = _misspelt(dataset, "getitem")
    if wrong:
        text = gettext(
            "{cls} has a method {wrong}. DataLoader takes samples with [ ], and Python calls __getitem__ for it, with "
            "two underscores on each side.",
            cls=cls,
            wrong=wrong,
        )
        return Finding(text, _renamed(text_of, wrong, "__getitem__"))
    text = gettext(
        "{cls} has no method __getitem__(self, index). DataLoader calls it for each sample: it returns the one at the "
        "index.",
        cls=cls,
    )
    return Finding(text)


def _asked_by_loader(case: Case) -> bool:
    return bool(locals_around(case, "fetch", "torch/utils/data/_utils/fetch.py"))


def _no_index(case: Case) -> Finding | None:
    """``def __getitem__(self):``, or with parameters beyond the index."""
    dataset = _dataset(case)
    text_of = class_text(case, type(dataset)) if dataset is not None else None
    method = text_of.method("__getitem__") if text_of is not None else None
    if text_of is None or method is None:
        return None
    parameters = [each.arg for each in method.args.args]
    if parameters == ["self"]:
        text = gettext(
            "__getitem__ of {cls} takes no index. DataLoader calls it with one: write def __getitem__(self, index).",
            cls=type_name(dataset),
        )
        first = method.args.args[0]
        return Finding(text, text_of.anew({first: "self, index"}, _again(text_of)))  # type: ignore[dict-item]
    text = gettext(
        "DataLoader calls __getitem__ of {cls} with one argument, the index. Here it is defined with ({parameters}).",
        cls=type_name(dataset),
        parameters=", ".join(parameters),
    )
    return Finding(text)


BEFORE = ("modules.subclass", "data.collate")

_MORE = "data/dataset"


def _no_number(case: Case) -> Finding | None:
    """A __len__ that returns a shape, or nothing."""
    dataset = _dataset(case)
    text_of = class_text(case, type(dataset)) if dataset is not None else None
    method = text_of.method("__len__") if text_of is not None else None
    if text_of is None or method is None:
        return None
    cls, again = type_name(dataset), gettext("then make {cls} again", cls=type_name(dataset))
    returns = [each for each in ast.walk(method) if isinstance(each, ast.Return) and each.value is not None]
    kind, last = case.match["kind"], method.body[-1]
    if kind == "NoneType" and not returns:
        text = gettext(
            "__len__ of {cls} ends without return, so it returns None. It returns the number of samples.", cls=cls
        )
        if not isinstance(last, ast.Expr) or isinstance(last.value, ast.Constant):
            return Finding(text)
        return Finding(text, text_of.anew({last: f"return {segment(text_of.source, last)}"}, again))
    if len(returns) != 1 or returns[0].value is None or kind == "NoneType":
        return None
    given = segment(text_of.source, returns[0].value)
    text = gettext(
        "__len__ of {cls} returns {value}, of type {type}. It returns the number of samples, an integer.",
        cls=cls,
        value=given,
        type=kind,
    )
    first = f"{given}[0]" if kind == "torch.Size" else f"len({given})" if kind in ("list", "tuple", "Tensor") else ""
    return Finding(text, text_of.anew({returns[0].value: first}, again) if first else ())


RULES = (
    Rule(
        "dataset length",
        ("TypeError",),
        r"^'(?P<kind>[\w.]+)' object cannot be interpreted as an integer",
        _no_number,
        more="data/dataset",
        only_torch=False,
    ),
    Rule("no length", ("TypeError",), r"^object of type '(\w+)' has no len\(\)", _no_length, more=_MORE),
    Rule(
        "no item",
        ("NotImplementedError", "TypeError"),
        r"Subclasses of Dataset should implement __getitem__|^'(?P<cls>\w+)' object is not subscriptable",
        _no_item,
        more=_MORE,
    ),
    Rule(
        "no index",
        ("TypeError",),
        r"__getitem__\(\) (takes|missing) ",
        _no_index,
        more=_MORE,
    ),
)
