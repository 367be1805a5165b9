"""Tensors that cannot be joined: cat, stack and their like."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.joined import CAT, JoinedTensor, joined
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.reduced import reduced
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.joined_branches import branch_of_other_size, one_for_the_batch
from ptrepl.explain.rules.forward.windows import shorter_windows
from ptrepl.explain.rules.shapes.dim import dims_are, no_place_for_dim
from ptrepl.explain.rules.shapes.feature_maps import resized_maps
from ptrepl.explain.rules.shapes.join_dims import levelled, one_for_many
from ptrepl.texts.messages import N_, gettext


def _sizes(case: Case) -> Finding | None:
    found = joined(case)
    if found is None:
        return None
    call, parts = found
    dim, number = int(case.match["dim"]), int(case.match["number"])
    if number >= len(parts):
        return None
    first, other = next((each for each in parts if each.shape != (0,)), parts[0]), parts[number]
    one, two = first.shape, other.shape
    if call.name == "vstack":
        one, two = ((1, *each) if len(each) == 1 else each for each in (one, two))
    if len(one) != len(two):
        return None
    differ = [at for at, sizes in enumerate(zip(one, two, strict=True)) if at != dim and len(set(sizes)) > 1]
    if not differ:
        return None
    text = gettext(
        "{first} is {first_shape} and {second} is {second_shape}: {call} joins them along dim {dim} and needs all "
        "other dims to be equal, but dim {other_dim} is {first_size} and {second_size}.",
        first=first.said,
        first_shape=shape_text(first.shape),
        second=other.said,
        second_shape=shape_text(other.shape),
        call=call.said,
        dim=dim,
        other_dim=differ[0],
        first_size=one[differ[0]],
        second_size=two[differ[0]],
    )
    resized = resized_maps(case, [(part.node, part.shape) for part in parts])
    if resized is not None:
        return Finding(f"{text} {resized.text}", resized.fixes)
    branch = branch_of_other_size(case, parts, dim) or one_for_the_batch(case, parts) if call.name in CAT else None
    if branch is not None:
        return Finding(f"{text} {branch.text}", branch.fixes)
    return Finding(text, tried(case, _other_ways(case, call, parts, dim)))


def _other_ways(case: Case, call: FailedCall, parts: list[JoinedTensor], dim: int) -> Iterator[Candidate]:
    source, shapes = case.site.source, [part.shape for part in parts]
    if expanded := one_for_many(case, parts, dim):
        yield Candidate(changed(case, expanded))
        if dim:
            return  # more examples are not what was to be joined
    alone = len(shapes) > 2 and len({*shapes}) == 2 and min(map(shapes.count, shapes)) == 1
    if not alone or isinstance(call.argument(0, "tensors"), (ast.List, ast.Tuple)):
        yield from _along(case, call, {*shapes}, dim)  # where one of many differs, it is that one which is wrong
    for part in parts:
        if part.node is not None and len(part.shape) == 2 and part.shape != parts[0].shape:
            yield Candidate(changed(case, {part.node: postfix(source, part.node, ".T")}))


def _along(case: Case, call: FailedCall, shapes: set[tuple[int, ...]], dim: int | None = None) -> Iterator[Candidate]:
    """``torch.cat`` along another dim than ``dim``, where the shapes differ in that dim alone."""
    source, given = case.site.source, call.argument(0, "tensors")
    assert given is not None
    if len({len(shape) for shape in shapes}) > 1:
        return
    for other in range(len(next(iter(shapes)))):
        if other != dim and len({shape[:other] + shape[other + 1 :] for shape in shapes}) == 1:
            if call.name in CAT:
                yield Candidate(call.with_argument(source, 1, "dim", str(other)))
            else:
                yield Candidate(f"torch.cat({segment(source, given)}, dim={other})")


def _dims(case: Case) -> Finding | None:
    """Tensors of different numbers of dims, or of none."""
    found = joined(case)
    if found is None:
        return None
    call, parts = found
    least = {"vstack": 2, "hstack": 1}.get(call.name, 0)  # they make dims up to here
    many = {max(len(part.shape), least) for part in parts}
    if many == {0}:
        text = gettext(
            "{tensor} is a single number, a tensor without a dim to join along. torch.stack makes a vector of such "
            "tensors.",
            tensor=parts[0].said,
        )
        return Finding(text, tried(case, [Candidate(changed(case, {call.node.func: "torch.stack"}))]))
    if len(many) < 2 or call.name == "stack":
        return None
    large = next(part for part in parts if len(part.shape) == max(many))
    small = next(part for part in parts if len(part.shape) < max(many))
    text = gettext(
        "{first} is {first_shape} and {second} is {second_shape}: {call} needs all tensors to have the same number of "
        "dims, and these have {first_dims} and {second_dims}.",
        first=large.said,
        first_shape=shape_text(large.shape),
        second=small.said,
        second_shape=shape_text(small.shape),
        call=call.said,
        first_dims=len(large.shape),
        second_dims=len(small.shape),
    )
    lost = reduced(case, small.node, small.shape) if small.node is not None else None
    if lost is not None and 0 <= lost.dim <= len(small.shape) == len(large.shape) - 1:
        keeps = gettext(
            "`{statement}` leaves out dim {dim}; with keepdim=True it stays, with size 1.",
            statement=lost.label,
            dim=lost.dim,
        )
        text = f"{text} {keeps}"
    if call.name not in CAT:
        return Finding(text)
    return Finding(text, tried(case, _lifted(case, call, parts, max(many))) or tried(case, levelled(case, call, parts)))


def _lifted(case: Case, call: FailedCall, parts: list[JoinedTensor], most: int) -> Iterator[Candidate]:
    """A dim of size 1 for each tensor that lacks one."""
    source = case.site.source
    lacking = [part.node for part in parts if len(part.shape) < most]
    if any(len(part.shape) < most - 1 for part in parts):
        return
    dim = call.argument(1, "dim")
    at = dim.value if isinstance(dim, ast.Constant) and type(dim.value) is int else 0
    if None in lacking or (dim is not None and not isinstance(dim, ast.Constant)):
        return
    for place in (at, *(each for each in range(most) if each != at)):
        texts: dict[ast.expr | ast.stmt, str] = {
            node: postfix(source, node, f".unsqueeze({place})") for node in lacking if node is not None
        }
        if dim is not None and place != at:
            texts[dim] = str(place)
        text = changed(case, texts)
        yield Candidate(text if place == at or dim is not None else f"{text[:-1]}, dim={place})")


def _stack(case: Case) -> Finding | None:
    found = joined(case)
    if found is None or found[0].name != "stack":
        return None
    call, parts = found
    other = next((part for part in parts if part.shape != parts[0].shape), None)
    if other is None:
        return None
    text = gettext(
        "{first} is {first_shape} and {second} is {second_shape}: {call} stacks tensors along a new dim, and needs all "
        "of them to have the same shape.",
        first=parts[0].said,
        first_shape=shape_text(parts[0].shape),
        second=other.said,
        second_shape=shape_text(other.shape),
        call=call.said,
    )
    given = call.argument(0, "tensors")
    assert given is not None
    windows = shorter_windows(case, given.id if isinstance(given, ast.Name) else "")
    if windows is not None:
        return Finding(f"{text} {windows.text}", windows.fixes)
    if len({part.shape[1:] for part in parts}) > 1 or () in {part.shape for part in parts}:
        return Finding(text, tried(case, _along(case, call, {part.shape for part in parts}, 0)))
    if len(parts) > 2 and len({part.shape for part in parts[:-1]}) == 1 and parts[-1].shape[0] < parts[0].shape[0]:
        fixes = _joined_batches(case, given)
        last = (
            gettext("Only the last one is shorter, as a last batch is: torch.cat joins batches along dim 0.")
            if fixes
            else gettext("Only the last one is shorter.")
        )
        return Finding(f"{text} {last}", fixes)
    if isinstance(given, (ast.List, ast.Tuple)) and _are_layers(call, parts):
        along = gettext(
            "They differ in dim 0 alone: torch.cat joins them along that dim, and makes {shape} of them.",
            shape=shape_text((sum(part.shape[0] for part in parts), *parts[0].shape[1:])),
        )
        return Finding(f"{text} {along}", tried(case, _along(case, call, {part.shape for part in parts})))
    if isinstance(given, (ast.List, ast.Tuple)) and len(parts[0].shape) > 2:
        either = gettext(
            "They differ in dim 0 alone: torch.cat joins them along that dim, and nn.utils.rnn.pad_sequence fills the "
            "shorter ones up with zeros and stacks them."
        )
        return Finding(f"{text} {either}")
    padded = f"nn.utils.rnn.pad_sequence({segment(case.site.source, given)}, batch_first=True)"
    joins = _joined_batches(case, given) if len(parts[0].shape) < 3 else ()
    if joins and len(parts[0].shape) == 1:
        either = gettext(
            "They differ in dim 0 alone. If each of them is a batch, a number for each sample, torch.cat joins them; "
            "if each is one sequence, nn.utils.rnn.pad_sequence fills the shorter ones up with zeros and stacks them."
        )
        return Finding(f"{text} {either}", (*joins, *tried(case, [Candidate(padded)])))
    if joins:
        either = gettext(
            "They differ in dim 0 alone. If its rows are samples, torch.cat joins them; if they are the places of a "
            "sequence, nn.utils.rnn.pad_sequence fills the shorter ones up with zeros and stacks them."
        )
        return Finding(f"{text} {either}", (*joins, *tried(case, [Candidate(padded)])))
    # not cat along dim 0, which loses where one of them ends
    pads = gettext(
        "They differ in dim 0 alone: nn.utils.rnn.pad_sequence fills the shorter ones up with zeros and stacks them."
    )
    return Finding(f"{text} {pads}", tried(case, [Candidate(padded)]))


def _are_layers(call: FailedCall, parts: list[JoinedTensor]) -> bool:
    """Whether dim 0 counts channels or planes, not the places of a sequence: nothing is to be filled up with zeros."""
    dim, dims = call.argument(1, "dim"), len(parts[0].shape)
    asked = isinstance(dim, ast.Constant) and dim.value == 0
    return dims > 1 and (asked or any(part.shape[0] == 1 for part in parts))


def _joined_batches(case: Case, given: ast.expr) -> tuple[Fix, ...]:
    """``torch.cat(preds)`` of what a loop over a loader collected; () where a tensor was cut into the parts."""
    made = origin(case, given.id) if isinstance(given, ast.Name) else None
    match made.value if made is not None else None:
        case ast.List(elts=[]):
            return tried(case, [Candidate(f"torch.cat({segment(case.site.source, given)})")])
    return ()


def _no_such_dim(case: Case) -> Finding | None:
    """``torch.cat`` of vectors along dim 1."""
    found = joined(case)
    if found is not None and found[0].name == "stack":
        return _no_such_place(case, *found)
    if found is None or found[0].name not in CAT:
        return None
    call, parts = found
    source, dim = case.site.source, int(case.match["got"])
    counts = {len(part.shape) for part in parts}
    if dim != 1 or counts != {1}:
        return _lacks_dim(case, call, parts, dim) if len(counts) == 1 else None
    text = gettext(
        "{tensor} has one dim, dim 0, and {call} joins along a dim that the tensors have.",
        tensor=parts[0].said,
        call=call.said,
    )
    joins = Candidate(call.with_argument(source, 1, "dim", "0"))
    if len({part.shape for part in parts}) > 1:
        stack = gettext("torch.stack, which stacks tensors along a new dim, would need them to have the same shape.")
        return Finding(f"{text} {stack}", tried(case, [joins]))
    stack = gettext("torch.stack stacks them along a new dim.")
    return Finding(f"{text} {stack}", tried(case, [Candidate(changed(case, {call.node.func: "torch.stack"})), joins]))


def _lacks_dim(case: Case, call: FailedCall, parts: list[JoinedTensor], dim: int) -> Finding | None:
    """``torch.cat([ones, table], dim=2)`` of tables."""
    if dim_node := call.argument(1, "dim", "axis"):
        text = " ".join([dims_are(parts[0].said, parts[0].shape), gettext("There is no dim {dim}.", dim=dim)])
        dims = [str(each) for each in range(len(parts[0].shape) - 1, -1, -1)]
        fixes = tried(case, (Candidate(changed(case, {dim_node: each})) for each in dims))
        return Finding(text, fixes[:1] if dim == len(dims) else fixes)  # one too many is the last one that fits
    return None


def _no_such_place(case: Case, call: FailedCall, parts: list[JoinedTensor]) -> Finding | None:
    """``torch.stack([x, y], dim=5)``."""
    count, given = len(parts[0].shape), call.argument(1, "dim")
    if given is None:
        return None
    source, got = case.site.source, int(case.match["got"])
    text = no_place_for_dim(parts[0].said, parts[0].shape, call, got)
    fixes = [Candidate(call.with_argument(source, 1, "dim", str(count)))] if got == count + 1 else []
    return Finding(text, tried(case, fixes))


_MORE = "shapes/cat-and-stack"
_MORE_ON_LISTS = "shapes/list-of-tensors"


def _not_a_list(case: Case) -> Finding | None:
    """``torch.cat(x, w)``: the brackets of the list are missing."""
    call = invocation(case)
    if call is None or call.is_method or not call.args or call.keywords.get("tensors"):
        return None
    tensors = [node for node in call.args if case.facts(node) is not None]
    if not tensors or tensors != [*call.args[: len(tensors)]]:
        return None
    source = case.site.source
    texts = [segment(source, node) for node in tensors]
    first, last = tensors[0], tensors[-1]
    if len(tensors) == 1:
        shape, name = shape_text(case.shape(first) or ()), case.called(first, gettext("The input"))
        said = N_("{tensor} is one tensor, {shape}, and {call} joins the tensors of a list.")
        return Finding(gettext(said, tensor=name, shape=shape, call=call.said))
    text = gettext("{call} takes one list of tensors: put square brackets around them.", call=call.said)
    fix = changed(case, {first: f"[{texts[0]}", last: f"{texts[-1]}]"})
    return Finding(text, tried(case, [Candidate(fix)]))


def _empty(case: Case) -> Finding | None:
    call = invocation(case)
    given = call.argument(0, "tensors") if call is not None else None
    if call is None or given is None or call.is_method:
        return None
    name = case.called(given, gettext("The list"))
    return Finding(gettext("{list} is empty: there is nothing to join. Was anything appended to it before?", list=name))


BEFORE = ("shapes.join_dims", "autograd.no_gradient")

RULES = (
    Rule(
        "cat sizes",
        ("RuntimeError",),
        r"Sizes of tensors must match except in dimension (?P<dim>\d+)\. Expected (?:size )?\d+ (?:in dimension \d+ )?"
        r"but got (?:size )?\d+ for tensor number (?P<number>\d+) in the list",
        _sizes,
        more=_MORE,
        lesson="indexing/join",
    ),
    Rule(
        "cat dims",
        ("RuntimeError",),
        r"Tensors must have same number of dimensions|zero-dimensional tensor .* cannot be concatenated",
        _dims,
        more=_MORE,
        lesson="indexing/join",
    ),
    Rule(
        "stack",
        ("RuntimeError",),
        r"stack expects each tensor to be equal size",
        _stack,
        more=_MORE,
        lesson="indexing/join",
    ),
    Rule(
        "cat dim",
        ("IndexError",),
        r"Dimension out of range .*got (?P<got>-?\d+)\)",
        _no_such_dim,
        more=_MORE,
        lesson="indexing/join",
    ),
    Rule(
        "tensor list",
        ("TypeError",),
        r"argument 'tensors' \(position 1\) must be tuple of Tensors, not (Tensor|Parameter)|"
        r"^(?:cat|concat|concatenate|[hvd]?stack|column_stack)\(\) takes (?:from 1 to 2|1) positional argument",
        _not_a_list,
        more=_MORE_ON_LISTS,
        lesson="indexing/join",
    ),
    Rule(
        "empty list",
        ("RuntimeError", "ValueError"),
        r"expect(s|ed) a non-empty (list of Tensors|TensorList)",
        _empty,
        more=_MORE_ON_LISTS,
        lesson="indexing/join",
    ),
)
