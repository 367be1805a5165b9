"""A dataset that was asked for a sample that it does not have: lengths that differ, labels taken for positions."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, module_name, own_dict, type_name
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_around
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict, listed
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.windows import windows_past_the_end
from ptrepl.texts.messages import gettext, ngettext

_FETCH = "torch/utils/data/_utils/fetch.py"
_SAMPLERS = ("SequentialSampler", "RandomSampler")


def _range(case: Case) -> Finding | None:
    """``__len__`` that promises more samples than there are."""
    site, frame = case.site, case.site.frame
    if frame.f_code.co_name != "__getitem__" or not _counted_by_length(case):
        return None
    if isinstance(site.node, ast.Subscript) and isinstance(site.node.slice, ast.BinOp):
        return windows_past_the_end(case, frame.f_locals.get("self"))
    match site.node:
        case ast.Subscript(value=value, slice=ast.Name(id=index)):
            length, asked = _length(case.real(value)), frame.f_locals.get(index)
        case _:
            return None
    if length is None or type(asked) is not int or asked < length:
        return None
    dataset = frame.f_locals.get("self")
    name = operand_text(case, value)
    counted = _counted(case, class_text(case, type(dataset)))
    if counted is not None and counted[1] != length:
        fields: dict[str, Any] = {
            "cls": type_name(dataset),
            "counted": counted[0],
            "total": counted[1],
            "name": name,
            "length": length,
            "index": asked,
        }
        if fixes := _taken_alone(class_text(case, type(dataset)), counted[0], name):
            text = gettext(
                "__len__ of {cls} counts {counted}, which has length {total}, and {name} has length {length}. "
                "DataLoader asks for each index below len(), here {index}.",
                **fields,
            )
            alone = gettext("__getitem__ takes from {name} alone: return len({name}) in __len__.", name=name)
            return Finding(f"{text} {alone}", fixes)
        return Finding(
            gettext(
                "__len__ of {cls} counts {counted}, which has length {total}, and {name} has length {length}. "
                "DataLoader asks for each index below len(), here {index}: all that __getitem__ takes from must be as "
                "long.",
                **fields,
            )
        )
    text = ngettext(
        "DataLoader asked {cls} for the sample {index}, and {name} has {count} element. DataLoader takes the indices "
        "below len(): so __len__ of {cls} returns more than {count}.",
        "DataLoader asked {cls} for the sample {index}, and {name} has {count} elements. DataLoader takes the indices "
        "below len(): so __len__ of {cls} returns more than {count}.",
        length,
        cls=type_name(dataset),
        index=asked,
        name=name,
    )
    return Finding(text, _shorter(class_text(case, type(dataset)), name))


def _counted_by_length(case: Case) -> bool:
    """Whether the index came from torch's own sampler, over this very dataset."""
    fetcher = own_dict(locals_around(case, "fetch", _FETCH).get("self"))
    iterator = own_dict(locals_around(case, "_next_data", "torch/utils/data/dataloader.py").get("self"))
    sampler = iterator.get("_index_sampler")
    sampler = own_dict(sampler).get("sampler", sampler)
    torchs = module_name(type(sampler)) == "torch.utils.data.sampler" and type_name(sampler) in _SAMPLERS
    dataset = case.site.frame.f_locals.get("self")
    return dataset is not None and fetcher.get("dataset") is dataset and torchs


def _counted(case: Case, text: ClassText | None) -> tuple[str, int] | None:
    """What ``__len__`` counts, where it is ``return len(self.x)``, and how long that is."""
    method = text.method("__len__") if text is not None else None
    match method.body if method is not None else []:
        case [ast.Return(value=ast.Call(func=ast.Name(id="len"), args=[ast.Attribute(value=ast.Name()) as held]))]:
            length = _length(case.real(held))
            return (ast.unparse(held), length) if length is not None else None
    return None


def _length(value: Any) -> int | None:
    if type(value) in (list, tuple, str):
        return len(value)
    if is_numpy_array(value):
        return int(value.shape[0]) if value.ndim else None
    shape = sizes(read(value)) if is_tensor_class(type(value)) else None
    return shape[0] if shape else None


def _taken_alone(text: ClassText | None, counted: str, name: str) -> tuple[Fix, ...]:
    """``return len(self.part)`` for ``return len(self.all)``, where ``__getitem__`` takes nothing from ``self.all``."""
    getter, method = (text.method(each) if text is not None else None for each in ("__getitem__", "__len__"))
    if text is None or getter is None or method is None or not name.startswith("self."):
        return ()
    if any(isinstance(each, ast.Attribute) and ast.unparse(each) == counted for each in ast.walk(getter)):
        return ()
    match method.body:
        case [ast.Return(value=ast.Call() as returned)]:
            return text.anew({returned: f"len({name})"})
    return ()


def _shorter(text: ClassText | None, name: str) -> tuple[Fix, ...]:
    """``__len__`` that returns a number, or counts something else, made to count what is indexed."""
    method = text.method("__len__") if text is not None else None
    match method.body if method is not None else []:
        case [ast.Return(value=ast.Constant() | ast.BinOp() as returned)]:
            assert text is not None
            return text.anew({returned: f"len({name})"}, gettext("then make {cls} again", cls=text.cls.__name__))
    return ()


def _key(case: Case) -> Finding | None:
    """A pandas Series or DataFrame, whose brackets look labels up; a dict in the place of a dataset."""
    return _pandas(case) or _dict(case)


def _pandas(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=value, slice=index) as node:
            table: Any = case.real(value)
        case _:
            return None
    if module_name(type(table)).partition(".")[0] != "pandas" or type_name(table) not in ("Series", "DataFrame"):
        return None
    asked = case.value(index)
    if type(asked) is not int:
        return None
    fields = {"name": operand_text(case, value), "index": asked, "code": operand_text(case, index)}
    if type_name(table) == "Series":
        text = gettext(
            "{name} is a pandas Series, and [ ] looks up a label, not a position: no row has the label {index}. Rows "
            "keep their labels when some are taken out. .iloc[{code}] takes the row at a position.",
            **fields,
        )
    else:
        text = gettext(
            "{name} is a pandas DataFrame, and [ ] with one number looks up a column, not a row: no column is called "
            "{index}. .iloc[{code}] takes the row at a position.",
            **fields,
        )
    if not -len(table) <= asked < len(table):
        return Finding(text)
    return Finding(text, _by_position(case, node))


def _by_position(case: Case, node: ast.Subscript) -> tuple[Fix, ...]:
    """The line, or the class of a dataset, in which each ``series[idx]`` is ``series.iloc[idx]``."""
    dataset = case.site.frame.f_locals.get("self")
    if dataset is None:
        source, line = case.site.source, case.site.line
        texts = _positions(case, source, line, node)
        if len(texts) == 1 and node.value in texts:
            return verified(case, Candidate(f"{texts[node.value]}[{segment(source, node.slice)}]"))
        return verified(case, Candidate(spliced(source, line, texts), replaces_line=True))
    text = class_text(case, type(dataset))
    method = text.method(case.site.frame.f_code.co_name) if text is not None else None
    if text is None or method is None:
        return ()
    again = gettext("then make {cls} again", cls=text.cls.__name__)
    return text.anew(_positions(case, text.source, method, node), again)


def _positions(case: Case, source: str, within: ast.AST, node: ast.Subscript) -> dict[ast.expr | ast.stmt, str]:
    """The same index after each Series in ``within``, the one that failed and those beside it."""
    found = [
        each
        for each in ast.walk(within)
        if isinstance(each, ast.Subscript)
        and isinstance(each.ctx, ast.Load)
        and ast.dump(each.slice) == ast.dump(node.slice)
        and type(case.real(each.value)) is type(case.real(node.value))
    ]
    if type_name(case.real(node.value)) == "DataFrame":
        given = [arg for each in ast.walk(within) if isinstance(each, ast.Call) for arg in each.args if _of_torch(each)]
        if any(each in given for each in found):  # torch takes no row of a table, which has labels
            rows = {each: f"{postfix(source, each.value, '.iloc')}[{segment(source, each.slice)}]" for each in found}
            return {each: f"{row}.to_numpy()" if each in given else row for each, row in rows.items()}
    return {each.value: postfix(source, each.value, ".iloc") for each in found}


def _of_torch(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "torch"


def _dict(case: Case) -> Finding | None:
    """``DataLoader({"x": x, "y": y})``."""
    dataset: Any = own_dict(locals_around(case, "fetch", _FETCH).get("self")).get("dataset")
    if not is_plain_dict(dataset) or case.site.frame.f_code.co_name == "__getitem__":
        return None
    text = gettext(
        "DataLoader takes samples by number, dataset[0], dataset[1], and this dataset is a dict with the keys {keys}. "
        "A list of samples is a dataset, or TensorDataset(…) of tensors that have one row for each sample.",
        keys=listed([str(key) for key in dataset], 4),
    )
    return Finding(text)


BEFORE = ("shapes.index", "data.collate")

RULES = (
    Rule(
        "sample index",
        ("IndexError",),
        r"index out of range|out of bounds for (dimension|axis) 0 with size",
        _range,
        more="data/dataset",
        only_torch=False,
    ),
    Rule("label", ("KeyError",), r"", _key, more="data/labels", only_torch=False),
)
