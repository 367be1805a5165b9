"""``for x, y in loader`` where a batch has another number of parts; enumerate and dicts taken apart wrongly."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import short_label
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import module_name, own_dict
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.loaders import collates_by_default, is_dataset, is_loader
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.image_shape import image_shape
from ptrepl.explain.rules.data.last_batch import loader_of_loop
from ptrepl.explain.rules.data.part_names import names_for_all, part_words
from ptrepl.explain.rules.data.several_returns import inputs_alone, several_returns
from ptrepl.explain.rules.data.two_at_once import two_at_once
from ptrepl.explain.rules.forward.unpacked_size import of_other_dims
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_MOST_SAMPLES = 5_000
_BESIDES = re.compile(r"(?:^|_)(?:file|img|image)?(?:name|path|file|fname|idx|index|id)$")
"""What a dataset returns besides an input and its target, in the words that people use for it."""


def _unpacked(case: Case) -> Finding | None:
    target = case.node
    if not isinstance(target, (ast.Tuple, ast.List)) or any(isinstance(each, ast.Starred) for each in target.elts):
        return None
    if (both := two_at_once(case, _parts_of_batch)) is not None:
        return both
    match case.parents[:1]:
        case (ast.For(target=whole, iter=source) | ast.comprehension(target=whole, iter=source),) if whole is target:
            return _in_loop(case, target, source)
        case (ast.Tuple(elts=[ast.Name(), inner]) as whole,) if inner is target and (
            counted := _without_enumerate(case, whole, target)
        ):
            return counted
        case (ast.Tuple(elts=elements) | ast.List(elts=elements) as whole,) if found := _part_of_loop(case, whole):
            each = found[elements.index(target)] if len(found) == len(elements) else None
            return _in_loop(case, target, each) if each is not None else None
        case (ast.Assign(targets=[whole], value=value),) if whole is target:
            return _assigned(case, target, value)
    return None


def _part_of_loop(case: Case, whole: ast.expr) -> list[ast.expr | None]:
    """What ``for i, (x, y) in enumerate(loader)`` and ``for (a, b), (c, d) in zip(one, two)`` go through, by place."""
    match case.parents[1:2]:
        case (ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source),) if target is whole:
            pass
        case _:
            return []
    match source:
        case ast.Call(func=ast.Name(id="enumerate" | "tqdm" as word), args=[looped, *_]):
            return [None, looped] if word == "enumerate" else []
        case ast.Call(func=ast.Name(id="zip"), args=looped):
            return [*looped]
    return []


def _without_enumerate(case: Case, whole: ast.Tuple, target: ast.Tuple | ast.List) -> Finding | None:
    """``for i, (x, y) in loader``."""
    line = case.site.line
    if not isinstance(line, ast.For) or line.target is not whole:
        return None
    if _parts_of_batch(case, case.real(line.iter)) != len(target.elts):
        return None
    code = f"enumerate({segment(case.site.source, line.iter)})"
    text = gettext(
        "{loader} gives batches alone, and {number} is to be their number: {code} gives pairs, a number and a batch.",
        loader=operand_text(case, line.iter),
        number=operand_text(case, whole.elts[0]),
        code=code,
    )
    new = spliced(case.site.source, line, {line.iter: code})
    return Finding(text, verified(case, Candidate(new, replaces_line=True)))


def _in_loop(case: Case, target: ast.Tuple | ast.List, looped: ast.expr) -> Finding | None:
    wanted = len(target.elts)
    match looped:
        case ast.Call(func=ast.Name(id="enumerate"), args=[_, *_]):
            if wanted < 3:
                return None
            text = gettext(
                "enumerate gives pairs: a number and an item. The item is taken apart in brackets of its own: {code}.",
                code=f"for {_nested(case, target)} in {operand_text(case, looped)}",
            )
            return Finding(text, _with_target(case, target, _nested(case, target)))
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters" | "children" | "modules" as word), args=[]):
            if wanted == 2:
                source = case.site.source
                code = f"{segment(source, owner)}.named_{word}()"
                text = gettext(
                    "{name} gives one thing each round. {code} gives pairs, a name and the thing.",
                    name=operand_text(case, looped),
                    code=code,
                )
                whole = spliced(source, case.site.line, {looped: code})
                return Finding(text, verified(case, Candidate(whole, replaces_line=True)))
        case ast.Call(func=ast.Attribute(attr="state_dict"), args=[]) if wanted == 2:
            text = gettext(
                "A loop over a dict gives its keys. {name}.items() gives pairs of a key and its value.",
                name=operand_text(case, looped),
            )
            return Finding(text, _with_items(case, looped))
    held = case.real(looped)
    if is_plain_dict(held) and wanted == 2:
        text = gettext(
            "A loop over a dict gives its keys. {name}.items() gives pairs of a key and its value.",
            name=operand_text(case, looped),
        )
        return Finding(text, _with_items(case, looped))
    count = _parts_of_batch(case, held)
    if count is None:
        return several_returns(case, held, looped, target)
    if count == wanted:
        return None
    alone = inputs_alone(case, held, wanted) if count == wanted - 1 else None
    if alone is not None:
        return alone
    if count == 1 and not isinstance(case.parents[0], (ast.For, ast.comprehension)):
        return Finding(
            gettext(
                "Each item of {name} has one part, and the loop has {wanted} names for it. One name in brackets of its "
                "own has a comma: ({first},).",
                name=operand_text(case, looped),
                wanted=wanted,
                first=operand_text(case, target.elts[0]),
            )
        )
    text = ngettext(
        "Each item of {name} has {count} part, and the loop has {wanted} names for it. For one part, write one name "
        "and a comma: for ({first},) in {name}.",
        "Each item of {name} has {count} parts, and the loop has {wanted} names for them.",
        count,
        name=operand_text(case, looped),
        wanted=wanted,
        first=operand_text(case, target.elts[0]),
    )
    if count != 1:
        if wanted > count:
            missing = _names_too_many(case, target, count)
            return Finding(f"{text} {missing.text}", missing.fixes)
        returned, more = _returned(case, held), _last_as_well(case, held, target, count)
        fixes = _with_target(case, target, more) if more else ()
        return Finding(" ".join(filter(None, (text, returned, _for_each(returned, more, fixes)))), fixes)
    return Finding(text, _first_only(case, target))


def _names_too_many(case: Case, target: ast.Tuple | ast.List, count: int) -> Finding:
    """The names of a loop for which a batch has no part; the loop without them, where nothing uses them."""
    source, line = case.site.source, case.site.line
    names = [segment(source, each) for each in target.elts]
    left = ", ".join(names[:count])
    left = left if isinstance(case.parents[0], (ast.For, ast.comprehension)) else f"({left})"
    text = gettext(
        "There is nothing for {names}: a batch has what the dataset returns for each example. Let the dataset return "
        "more, or take only what there is: {left}.",
        names=every(names[count:]),
        left=left,
    )
    used = {each.id for part in getattr(line, "body", ()) for each in ast.walk(part) if isinstance(each, ast.Name)}
    if not isinstance(line, ast.For) or used & {*names[count:]}:
        return Finding(text)
    new = spliced(source, line, {target: left})
    return Finding(text, verified(case, Candidate(new, replaces_line=True)))


def _returned(case: Case, loader: Any) -> str:
    """A sentence: what ``__getitem__`` of the learner's dataset returns; "" where that is not known."""
    found = _return_of(case, loader)
    if found is None:
        return ""
    text, returned = found
    return gettext(
        "{cls}.__getitem__ returns {code}.", cls=text.node.name, code=short_label(segment(text.source, returned))
    )


def _for_each(returned: str, names: str, fixes: tuple[Fix, ...]) -> str:
    """What to write where no line is offered: ``names``, or that each part of what is ``returned`` needs one."""
    if fixes:
        return ""
    if names:
        return gettext("A name for each of them: {names}.", names=names)
    return gettext("Write one name for each, in that order, and _ for what is not used.") if returned else ""


def _return_of(case: Case, loader: Any) -> tuple[ClassText, ast.Tuple] | None:
    dataset = own_dict(loader).get("dataset", own_dict(loader).get("_dataset"))
    text = class_text(case, type(dataset)) if dataset is not None else None
    method = text.method("__getitem__") if text is not None else None
    returns = [each.value for each in ast.walk(method) if isinstance(each, ast.Return)] if method is not None else []
    return (text, returns[0]) if text is not None and len(returns) == 1 and isinstance(returns[0], ast.Tuple) else None


def _last_as_well(case: Case, loader: Any, target: ast.Tuple | ast.List, count: int) -> str:
    """``image, label, path``, where the loop lacks a name for a path or a number that comes last; "" elsewhere."""
    plain, words = [each.id for each in target.elts if isinstance(each, ast.Name)], _words(case, loader)
    taken = {*case.names, *case.site.frame.f_locals}
    if len(plain) == len(target.elts) and len(words) == count and (named := names_for_all(plain, words, taken)):
        return ", ".join(named)
    found = _return_of(case, loader)
    if found is None or count != len(found[1].elts) or count != len(target.elts) + 1:
        return ""
    last = found[1].elts[-1]
    match last:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            pass
        case ast.Subscript(value=ast.Name(id=word) | ast.Attribute(attr=word)):
            word = word.removesuffix("s")
        case ast.JoinedStr():
            word = "name"
        case _:
            return ""
    if not _BESIDES.search(word):
        return ""
    names = [segment(case.site.source, each) for each in target.elts]
    if word in names or word in case.names or word in case.site.frame.f_locals:
        word = "_"
    return ", ".join([*names, word])


def _words(case: Case, loader: Any) -> list[str]:
    """What the parts of a batch are called where they come from: in ``return x, y`` of the dataset, or as the names
    of the tensors of a TensorDataset; "" for a part without a name."""
    found = _return_of(case, loader)
    if found is not None:
        return part_words(found[1], found[0].source)
    dataset = own_dict(loader).get("dataset", own_dict(loader).get("_dataset"))
    while is_dataset(dataset, "Subset"):
        dataset = own_dict(dataset).get("dataset")
    held = own_dict(dataset).get("tensors") if is_dataset(dataset, "TensorDataset") else None
    if type(held) is not tuple:
        return []
    names = {id(value): str(name) for name, value in case.names.items() if not str(name).startswith("_")}
    return [names.get(id(each), "") for each in held]


def _parts_of_batch(case: Case, value: Any) -> int | None:
    """How many parts an item of a loader or a dataset has, if its code is torch's; None if that is not known."""
    if is_loader(value):
        return _parts_of_sample(case, own_dict(value).get("dataset")) if collates_by_default(value) else None
    if module_name(type(value)) == "torch.utils.data.dataloader" and "_dataset" in own_dict(value):
        return _parts_of_sample(case, own_dict(value)["_dataset"]) if collates_by_default(value) else None
    return _parts_of_sample(case, value) if is_dataset(value, "TensorDataset", "Subset") else None


def _parts_of_sample(case: Case, dataset: Any) -> int | None:
    """How many parts ``dataset[i]`` has, as far as that can be told without calling it; None if it cannot."""
    if is_dataset(dataset, "Subset"):
        return _parts_of_sample(case, own_dict(dataset).get("dataset"))
    if is_dataset(dataset, "TensorDataset"):
        held = own_dict(dataset).get("tensors")
        return len(held) if type(held) is tuple else None
    if type(dataset) in (list, tuple):
        lengths = {len(each) if type(each) in (list, tuple) else 0 for each in dataset[:_MOST_SAMPLES]}
        found = lengths.pop() if len(lengths) == 1 else 0
        return found or None
    text = class_text(case, type(dataset))
    method = text.method("__getitem__") if text is not None else None
    returns = [each for each in ast.walk(method) if isinstance(each, ast.Return)] if method is not None else []
    if len(returns) == 1 and isinstance(returns[0].value, ast.Tuple):
        elements = returns[0].value.elts
        return None if any(isinstance(each, ast.Starred) for each in elements) else len(elements)
    return None


def _nested(case: Case, target: ast.Tuple | ast.List) -> str:
    """``i, x, y`` → ``i, (x, y)``."""
    first, *rest = [segment(case.site.source, each) for each in target.elts]
    return f"{first}, ({', '.join(rest)})"


def _with_target(case: Case, target: ast.expr, text: str) -> tuple[Fix, ...]:
    line = case.site.line
    if not isinstance(line, ast.For) or not any(each is target for each in ast.walk(line.target)):
        return ()
    inside = text if line.target is target else f"({text})"
    return verified(case, Candidate(spliced(case.site.source, line, {target: inside}), replaces_line=True))


def _with_items(case: Case, looped: ast.expr) -> tuple[Fix, ...]:
    line = case.site.line
    new = spliced(case.site.source, line, {looped: f"{segment(case.site.source, looped)}.items()"})
    return verified(case, Candidate(new, replaces_line=True))


def _first_only(case: Case, target: ast.Tuple | ast.List) -> tuple[Fix, ...]:
    """The loop with the first name alone, where it uses no other."""
    line = case.site.line
    if not isinstance(line, ast.For) or not all(isinstance(each, ast.Name) for each in target.elts):
        return ()
    rest = {each.id for each in target.elts[1:] if isinstance(each, ast.Name)}
    used = {each.id for part in line.body for each in ast.walk(part) if isinstance(each, ast.Name)}
    return () if rest & used else _with_target(case, target, f"({segment(case.site.source, target.elts[0])},)")


def _assigned(case: Case, target: ast.Tuple | ast.List, value: ast.expr) -> Finding | None:
    wanted, name = len(target.elts), operand_text(case, value)
    if (image := image_shape(case, target.elts, value)) is not None:
        return image
    match value:
        case (
            ast.Call(func=ast.Name(id="next"), args=[ast.Call(func=ast.Name(id="iter"), args=[looped])])
            | ast.Call(func=ast.Name(id="next"), args=[looped])
        ):
            count = _parts_of_batch(case, case.real(looped))
            if count is None or count == wanted:
                return None
            text = ngettext(
                "A batch of {name} has {count} part, and {wanted} names stand before the =.",
                "A batch of {name} has {count} parts, and {wanted} names stand before the =.",
                count,
                name=operand_text(case, looped),
                wanted=wanted,
            )
            held = case.real(looped)
            returned, more = _returned(case, held), _last_as_well(case, held, target, count)
            line = case.site.line
            fixes: tuple[Fix, ...] = ()
            if more and isinstance(line, ast.Assign):
                fixes = verified(
                    case, Candidate(spliced(case.site.source, line, {target: more}), replaces_line=True, gives="")
                )
            each = _for_each(returned, more, fixes) if count > wanted else ""
            return Finding(" ".join(filter(None, (text, returned, each))), fixes)
    facts = case.facts(value)
    shape = sizes(facts) if facts is not None else None
    if shape:
        text = ngettext(
            "{name} is a tensor of shape {shape}. Taking it apart gives the {count} part along dim 0, and {wanted} "
            "names stand before the =.",
            "{name} is a tensor of shape {shape}. Taking it apart gives the {count} parts along dim 0, and {wanted} "
            "names stand before the =.",
            shape[0],
            name=name,
            shape=shape_text(shape),
            wanted=wanted,
        )
        return Finding(text) if shape[0] != wanted else None
    real = case.real(value)
    held = real if real is not None else case.value(value)
    if not _is_torch_pair(held) or len(held) == wanted:
        return None
    if type(held) is sys.modules["torch"].Size:
        text = ngettext(
            "{name} is {parts}, one size for its {count} dim, and {wanted} names stand before the =.",
            "{name} is {parts}, one size for each of its {count} dims, and {wanted} names stand before the =.",
            len(held),
            name=name,
            parts=shape_text(tuple(held)),
            wanted=wanted,
        )
        other = of_other_dims(case, target.elts, value, tuple(held))
        return Finding(f"{text} {other.text}", other.fixes) if other is not None else Finding(text)
    text = ngettext(
        "{name} has {count} part, {parts}, and {wanted} names stand before the =.",
        "{name} has {count} parts, {parts}, and {wanted} names stand before the =.",
        len(held),
        name=name,
        parts=outline(held),
        wanted=wanted,
    )
    loop = loader_of_loop(case)
    alone = inputs_alone(case, loop[1], wanted) if loop is not None and len(held) == wanted - 1 else None
    return Finding(f"{text} {alone.text}", alone.fixes) if alone is not None else Finding(text)


def _is_torch_pair(held: Any) -> bool:
    """Whether its class is Python's own, or one that functions of torch return: nothing of the learner's runs."""
    return type(held) in (tuple, list, sys.modules["torch"].Size) or module_name(type(held)) == "torch.return_types"


RULES = (
    Rule(
        "unpacking",
        ("ValueError",),
        r"^(not enough|too many) values to unpack \(expected",
        _unpacked,
        more="data/batches",
        only_torch=False,
    ),
)
