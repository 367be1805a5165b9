"""The trap of a mean over ``len(loader.dataset)`` samples, of which the sampler of the loader gives another number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.data.counts import dataset_length, samples_given
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.batches import gives_batches
from ptrepl.explain.traps.questions.means import added_to, quotients
from ptrepl.explain.traps.reading.place import Place, inside
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def divided_by_dataset(noticed: Noticed) -> Iterator[Told]:
    """``valid_loss / len(valid_loader.dataset)``, where a SubsetRandomSampler gives 20 of the 100 samples."""
    for place in noticed.places:
        if not place.certain or hasattr(place.statement, "body"):
            continue
        for name, length in quotients(noticed, place):
            match length:
                case ast.Attribute(value=ast.Name() | ast.Attribute() as loader, attr="dataset"):
                    text = _judged(noticed, place, name, loader)
                    if text:
                        yield told_of(place, text)
                        return


def _judged(noticed: Noticed, place: Place, name: str, loader: ast.expr) -> str:
    """What to say of ``name / len(loader.dataset)``; "" where that may be right."""
    found = place.reader.real(loader)
    if not gives_batches(found):
        return ""
    total = dataset_length(place.reader, own_dict(found).get("dataset"))
    count = None if total is None else samples_given(found, total)
    if count is None or count == total:
        return ""
    added = added_to(noticed, place, name)
    if not added or not all(_is_over(each, name, loader) for each in added):
        return ""
    data = place.text(loader)
    text = gettext(
        "{whole} is {total}, the number of samples of the whole dataset, but the sampler of {loader} gives {count}, "
        "and {name} sums over those.",
        whole=f"len({data}.dataset)",
        total=total,
        loader=data,
        count=count,
        name=name,
    )
    if all(_is_of_samples(each) for each in added):
        advice = gettext("Divide by {sampler}.", sampler=f"len({data}.sampler)")
    else:
        advice = gettext("The number of samples that it gives is {sampler}.", sampler=f"len({data}.sampler)")
    return f"{text} {advice}"


def _is_over(place: Place, name: str, loader: ast.expr) -> bool:
    """Whether it adds to ``name`` in a loop over the loader, and a loop round that starts from 0 in each round."""
    text = ast.dump(loader)
    for at, loop in enumerate(place.loops):
        if isinstance(loop.tree, ast.For) and any(ast.dump(part) == text for part in ast.walk(loop.tree.iter)):
            return at == 0 or any(_starts(each, name) for each in inside(place.loops[at - 1].tree.body))
    return False


def _starts(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Assign(targets=targets, value=ast.Constant() | ast.Tuple()):
            return any(isinstance(each, ast.Name) and each.id == name for part in targets for each in ast.walk(part))
    return False


def _is_of_samples(place: Place) -> bool:
    """Whether what it adds is a sum over the samples of the batch, and no mean of them."""
    words = ast.unparse(place.statement)
    return any(each in words for each in (".size(0)", "len(", ".shape[0]", ".sum(", "torch.sum(", "reduction='sum'"))
