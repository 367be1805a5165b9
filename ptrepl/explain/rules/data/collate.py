"""Samples that DataLoader cannot put into one batch: of different shapes, None, of types that it does not know."""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, module_name, own_dict, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.collate_function import CollateFunction, collate_function, keeping
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.loaders import has_own, is_dataset, loader_calls
from ptrepl.explain.operands.samples import Batch, Oddity, failed_batch, oddity
from ptrepl.explain.provenance.origins import parsed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.own_samples import tensors_of_objects
from ptrepl.explain.rules.data.windows import windows_past_the_end
from ptrepl.texts.messages import N_, gettext

_PAD = "lambda rows: {module}.utils.rnn.pad_sequence(rows, batch_first=True)"  # not a sentence: Python


def _no_batch(case: Case) -> Finding | None:
    batch = failed_batch(case)
    odd = oddity(batch.samples) if batch is not None else None
    if batch is None or odd is None:
        return None
    if odd.kind == "shape":
        return _shapes(case, batch, odd)
    if odd.kind == "none":
        return Finding(_none(case, batch, odd), _without_none(case, batch, odd))
    name = batch.names[odd.position] + odd.path
    fields = {"name": name, "first": batch.names[0] + odd.path, "type": type_name(odd.other)}
    if odd.kind == "key":
        text = gettext("{first} has the key {key}, and {name} lacks it. All samples of a batch need the same keys.",
                       key=odd.key, **fields)  # fmt: skip
    elif odd.kind == "length":
        return _lists(case, batch, odd)
    elif odd.kind == "mixed":
        text = gettext(
            "{first} is of type {one}, and {name} of type {type}. At one place all samples of a batch need one type.",
            one=type_name(odd.first),
            **fields,
        )
    elif odd.kind == "array":
        text = gettext(
            "{name} is a NumPy array of dtype {dtype}. A batch is a tensor, and a tensor holds only numbers.",
            dtype=str(odd.other.dtype),
            **fields,
        )
    else:
        text = gettext(_type(odd.other), **fields)
        if (own := tensors_of_objects(case, batch, odd)) is not None:
            return Finding(f"{text} {own.text}", own.fixes)
        if not (odd.path or is_dataset(odd.other)) and case.names.get(type_name(odd.other)) is type(odd.other):
            whole = gettext("collate_fn=list gives each batch as a list of them.")
            fixes = _with_collate(case, batch, "list") if _holds_tensors(odd.other) else ()
            return Finding(f"{text} {whole}", fixes)
        return Finding(text, _kept_in_list(case, batch, odd))
    return Finding(text)


def _holds_tensors(value: Any) -> bool:
    """Whether it is an object with tensors in it: a graph, a scene."""
    return any(is_tensor_class(type(each)) for each in own_dict(value).values())


_IMAGE = N_(
    "{name} is a PIL image. DataLoader makes batches of tensors: turn the image into one in __getitem__, with "
    "torchvision.transforms.ToTensor() or torch.from_numpy(np.array(image))."
)
_OTHER = N_(
    "{name} is of type {type}. DataLoader makes batches of tensors, NumPy arrays, numbers and strings, and of tuples, "
    "lists and dicts of these. Make one of those in __getitem__, or hand DataLoader a collate_fn."
)


_DATASET = N_(
    "{name} is a dataset of its own ({type}), and DataLoader makes batches of samples: return one sample in "
    "__getitem__, its tensors in a tuple or a dict."
)


def _type(value: Any) -> str:
    if is_dataset(value):
        return _DATASET
    return _IMAGE if module_name(type(value)).startswith("PIL.") else _OTHER


def _none(case: Case, batch: Batch, odd: Oddity) -> str:
    name = batch.names[odd.position] + odd.path
    if not odd.path and has_own(batch.dataset, "__getitem__"):
        if _returns_none(case, batch.dataset):
            return gettext(
                "{name} is None: __getitem__ of {cls} has a `return None`, and a batch holds no None. A collate_fn can "
                "leave such samples out: def collate(batch): return torch.utils.data.default_collate([each for each in "
                "batch if each is not None]), and DataLoader(…, collate_fn=collate).",
                name=name,
                cls=type_name(batch.dataset),
            )
        return gettext(
            "{name} is None: __getitem__ of {cls} returned nothing for the index {index}. Each branch of an if in it, "
            "and its end, needs a return with the sample.",
            name=name,
            cls=type_name(batch.dataset),
            index=batch.indices[odd.position],
        )
    for function, text in _called_in_item(case, batch.dataset):
        if not any(isinstance(each, (ast.Return, ast.Yield)) for each in ast.walk(text)):
            return gettext(
                "{name} is None: {function}, which __getitem__ of {cls} calls, has no return, so it gives None. End it "
                "with {code}.",
                name=name,
                function=function,
                cls=type_name(batch.dataset),
                code=_last_return(text),
            )
    return gettext(
        "{name} is None, and DataLoader cannot put None into a batch. Leave it out, or put a number or a tensor there.",
        name=name,
    )


def _without_none(case: Case, batch: Batch, odd: Oddity) -> tuple[Fix, ...]:
    """The loader with a ``collate_fn`` that leaves out the samples that are None, where the dataset returns them."""
    if odd.path or not _returns_none(case, batch.dataset) or "collate" in case.names:
        return ()
    kept = "[each for each in batch if each is not None]"  # not a sentence: Python
    code = f"def collate(batch):\n    return torch.utils.data.default_collate({kept})\n"  # not a sentence: Python
    return tuple(Fix(f"{code}\n{each.code}") for each in _with_collate(case, batch, "collate"))


def _lists(case: Case, batch: Batch, odd: Oddity) -> Finding:
    """Lists of several lengths at one place of the samples."""
    text = gettext(
        "{first} has length {one} and {name} has length {other}. Lists and tuples in a batch must be of one "
        "length. Turn sequences of different lengths into tensors and pad them, in a collate_fn of your own.",
        first=batch.names[0] + odd.path,
        name=batch.names[odd.position] + odd.path,
        one=len(odd.first),
        other=len(odd.other),
    )
    function = collate_function(case, batch) if odd.path else None
    if function is None or not function.pads:
        return Finding(text)
    return Finding(text, _with_function(case, batch, function))


def _returns_none(case: Case, dataset: Any) -> bool:
    """Whether ``__getitem__`` says ``return None``, so that it is meant."""
    text = class_text(case, type(dataset))
    method = text.method("__getitem__") if text is not None else None
    for each in ast.walk(method) if method is not None else ():
        match each:
            case ast.Return(value=ast.Constant(value=None)):
                return True
    return False


def _called_in_item(case: Case, dataset: Any) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The learner's functions that ``__getitem__`` calls: by their names, or as attributes of the dataset."""
    text = class_text(case, type(dataset))
    method = text.method("__getitem__") if text is not None else None
    for each in ast.walk(method) if method is not None else ():
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                held = own_dict(dataset).get(name)
                own = text.method(name) if text is not None else None
                if held is None and own is not None:
                    yield f"self.{name}", own
                    continue
            case ast.Call(func=ast.Name(id=name)):
                held = case.names.get(name)
            case _:
                continue
        if isinstance(held, types.FunctionType) and case.learner_files(held.__code__.co_filename):
            found = _definition(held)
            if found is not None:
                yield held.__name__, found


def _definition(function: types.FunctionType) -> ast.FunctionDef | None:
    source = "".join(linecache.getlines(function.__code__.co_filename))
    tree = parsed(source)
    line = function.__code__.co_firstlineno
    found = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)] if tree is not None else []
    return next((each for each in found if each.name == function.__name__ and each.lineno >= line), None)


def _last_return(function: ast.FunctionDef) -> str:
    """``return piece``, of the name that the function assigned last."""
    last = function.body[-1]
    name = last.targets[0].id if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name) else "…"
    return f"return {name}"  # not a sentence: Python


def _shapes(case: Case, batch: Batch, odd: Oddity) -> Finding:
    one, other = _shape(odd.first), _shape(odd.other)
    text = gettext(
        "{first} has shape {one} and {name} has shape {other}. DataLoader stacks the samples of a batch, so they need "
        "one shape.",
        first=batch.names[0] + odd.path,
        one=shape_text(one),
        name=batch.names[odd.position] + odd.path,
        other=shape_text(other),
    )
    if (windows := windows_past_the_end(case, batch.dataset)) is not None:
        return Finding(f"{text} {windows.text}", windows.fixes)
    lengths_only = len(one) == len(other) < 3 and one[1:] == other[1:]
    if lengths_only:
        return _of_lengths(case, batch, odd, text)
    if len(one) == len(other) == 3 and one[1:] == other[1:]:
        how = gettext("If these are images, dim 0 is the channels: bring all of them to the same ones in __getitem__.")
    elif len(one) == len(other) == 3:
        how = gettext(
            "If these are images, resize or crop all of them to one size in __getitem__. A floating point tensor x of "
            "(channels, height, width) is resized by F.interpolate(x[None], size={size})[0], and so is its mask.",
            size=shape_text(one[1:]),
        )
    else:
        how = gettext("Bring all of them to one shape in __getitem__.")
    return Finding(f"{text} {how}")


def _of_lengths(case: Case, batch: Batch, odd: Oddity, text: str) -> Finding:
    """Samples, or parts of samples, that differ in dim 0: sequences, or as many boxes as there are in a picture."""
    if not odd.path and is_tensor_class(type(odd.first)):
        how = gettext(
            "pad_sequence pads the shorter ones with zeros; with collate_fn=pad_sequence, DataLoader calls it for each "
            "batch."
        )
        return Finding(f"{text} {how}", _padded(case, batch))
    function = collate_function(case, batch)
    if function is None:
        how = gettext(
            "A function of your own, given to DataLoader as collate_fn, gets the list of samples and returns the batch."
        )
        return Finding(f"{text} {how}")
    if function.pads:
        how = gettext(
            "A function of your own, given to DataLoader as collate_fn, gets the list of samples and makes the batch. "
            "It can stack the parts of one shape and pad the others with zeros: {code}",
            code=function.returned,
        )
    else:
        how = gettext(
            "A function of your own, given to DataLoader as collate_fn, gets the list of samples and makes the batch. "
            "It can stack the parts of one shape and keep the others in a list, with one tensor for each sample: "
            "{code}",
            code=function.returned,
        )
    return Finding(f"{text} {how}", _with_function(case, batch, function))


def _shape(value: Any) -> tuple[int, ...]:
    return (sizes(read(value)) or ()) if is_tensor_class(type(value)) else tuple(value.shape)


def _padded(case: Case, batch: Batch) -> tuple[Fix, ...]:
    """The loader with padding, and the failing line again."""
    if not all(is_tensor_class(type(each)) for each in batch.samples):
        return ()
    return _with_collate(case, batch, _PAD.format(module="nn" if "nn" in case.names else "torch.nn"))


def _with_function(case: Case, batch: Batch, function: CollateFunction) -> tuple[Fix, ...]:
    # code that reads .shape of what is now a list would fail: then the loader alone
    read_on = {each.value.id for each in ast.walk(case.site.statement) if _is_read(each)}  # type: ignore[attr-defined]
    fixes = _with_collate(case, batch, "collate", again=not read_on & set(function.listed))
    return tuple(Fix(f"{function.code}\n{each.code}", "") for each in fixes if "collate" not in case.names)


def _kept_in_list(case: Case, batch: Batch, odd: Oddity) -> tuple[Fix, ...]:
    """A ``collate_fn`` that keeps objects of the learner's own classes, one of each sample, in a list.

    Only beside a tensor: where the object itself is what a network is to get, a list of them is of no use.
    """
    own = case.names.get(type_name(odd.other)) is type(odd.other)
    function = keeping(case, batch.samples) if own and odd.path.count("[") == 1 and "collate" not in case.names else ""
    if "torch.stack(" not in function:
        return ()
    return tuple(Fix(f"{function}\n{each.code}") for each in _with_collate(case, batch, "collate"))


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)


def _with_collate(case: Case, batch: Batch, function: str, *, again: bool = True) -> tuple[Fix, ...]:
    """The loader with ``collate_fn=function``, and the failing line ``again``."""
    calls = [*loader_calls(case)]
    same = [each for each in calls if case.real_at_prompt(each[2].args[0]) is batch.dataset] or calls
    if len(same) != 1 or case.site.is_nested:
        return ()
    source, statement, call = same[0]
    if any(each.arg == "collate_fn" for each in call.keywords) or case.site.line is not case.site.statement:
        return ()
    last = max((*call.args, *(each.value for each in call.keywords)), key=lambda each: (each.lineno, each.col_offset))
    collated = f"{segment(source, last)}, collate_fn={function}"
    code = spliced(source, statement, {last: collated})
    if statement is case.site.statement and not again:
        return ()
    if statement is not case.site.statement and again:
        code = f"{code}\n{segment(case.site.source, case.site.line)}"
    return verified(case, Candidate(code, replaces_line=True))


BEFORE = ("modules.subclass", "saving.file_kind", "containers.joined")

RULES = (
    Rule(
        "no batch",
        ("RuntimeError", "TypeError", "KeyError", "ValueError"),
        r"stack expects each tensor to be equal size|default_collate: batch must contain|each element in list of batch "
        r"should be of equal size|expected Tensor as element \d+ in argument 0|only one element tensors can be "
        r"converted|must be real number, not|^'?\w+'?$|has no len\(\)|Cannot convert|too many dimensions|"
        r"only integer tensors of a single element|Could not infer dtype of NoneType",
        _no_batch,
        more="data/collate",
    ),
)
