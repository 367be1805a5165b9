"""A second backward pass through one graph: which statement freed the graph, and what to run again."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import RecordedStatement
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_line_before, with_lines_changed
from ptrepl.explain.fixes.retyped import computing, retyped
from ptrepl.explain.provenance.backward import (
    Start,
    assigned_together,
    backward_before,
    has_other_gradients,
    is_behind,
    named_tensors,
    start_of,
    starts_at,
    used_by,
)
from ptrepl.explain.provenance.carried import carried, cut_after, spent_in_network
from ptrepl.explain.provenance.graph import Graph, behind, is_spent, node_of
from ptrepl.explain.provenance.origins import label, origin, origin_at_prompt
from ptrepl.explain.provenance.stepped import optimizer_holds, step_calls
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.autograd.lost_leaf import lost_leaf
from ptrepl.texts.lists import every
from ptrepl.texts.messages import N_, gettext

_MOST_FOUND = 12


def _again(case: Case) -> Finding | None:
    start = start_of(case)
    if start is None:
        return None
    name, graph = start.name(case), start.graph()
    if not any("second time" in each.message for each in graph.losses()):
        return None
    used = used_by(case, start, graph)
    itself = (used is not None and starts_at(start, used)) or backward_before(case) == _name_of(start)
    freed = _freed_before(case, start, graph)
    if used is None and freed and (early := _leaf_too_early(case, name, freed)) is not None:
        return early
    if used is None and _before_the_loop(case, start) and start.node is not None:
        lines = computing(case, start.node, is_spent)
        text = gettext(
            "The loop runs the backward pass from {name} in each iteration, but {name} is computed only once, before "
            "the loop. The first backward() frees the graph, so compute {name} inside the loop.",
            name=name,
        )
        return Finding(text, with_line_before(case, lines) if lines else ())
    lost = {each.node for each in graph.losses() if "second time" in each.message}
    text = "" if itself else _two_results(case, start, freed) or _from_before(case, start, lost, freed)
    if not text and not freed and not itself:
        text = _kept_by_network(case, start, graph)
    if not text:
        text = _whole_graph(name, used, freed) if itself or not freed else _part_of_graph(case, start, used, freed)
    if not itself and (detached := _computed_from_detached(case, start, freed)):
        return Finding(text, detached)
    fix = retyped(case, is_spent)
    return Finding(text, (fix,) if fix is not None else ())


def _leaf_too_early(case: Case, name: str, freed: list[str]) -> Finding | None:
    """``w = torch.randn(3, requires_grad=True) * 0.1``, whose product each iteration goes back through."""
    made = origin_at_prompt(case, freed[0]) if len(freed) == 1 else None
    early = lost_leaf(case, freed[0]) if made is not None else None
    if made is None or early is None:
        return None
    what = gettext(
        "{name} was computed from {tensor}, whose graph the first backward() freed.", name=name, tensor=freed[0]
    )
    return Finding(f"{what} {early.text}", early.fixes)


def _computed_from_detached(case: Case, start: Start, freed: list[str]) -> tuple[Fix, ...]:
    """The loop or the function with ``D(fake.detach())`` for the loss of a network that the first step() trains alone.

    () where that step trains what made ``fake`` too, or where another line computed the loss.
    """
    other, named = backward_before(case), named_tensors(case)
    if other is None or len(freed) != 1 or freed[0] == other or freed[0] not in named:
        return ()
    made = origin(case, other)
    if made is None or made.entry is not None or _trained_before(case, named[freed[0]]) is not False:
        return ()
    places = [each for each in ast.walk(made.value) if isinstance(each, ast.Name) and each.id == freed[0]]
    if len(places) != 1 or not isinstance(start.node, ast.Name):
        return ()
    code = spliced(case.site.source, made.statement, {places[0]: f"{freed[0]}.detach()"})
    return with_lines_changed(case, {made.statement: code})


def _name_of(start: Start) -> str:
    return start.node.id if isinstance(start.node, ast.Name) else ""


def _from_before(case: Case, start: Start, lost: set[Any], freed: list[str]) -> str:
    """Where something carries the graph of an earlier round into this one; "" where nothing does."""
    if start.node is None or _freed_in_this_round(case, lost):
        return ""
    found = carried(case, start.node, lost)
    names = [each.name for each in found]
    if not found or not _made_in_this_round(case, [each for each in freed if each not in names]):
        return ""
    sums = [each for each in found if each.is_added_to]
    if sums:
        return gettext(
            "{name} still has in it what was added to it before, and an earlier backward() has freed those graphs. "
            "Call backward() only on what is new, and add its item(), a plain number, to {name}.",
            name=sums[0].name,
        )
    grown = [each for each in found if each.is_appended_to]
    if grown:
        return gettext(
            "{name} still holds what was appended to it before, and an earlier backward() has freed those graphs. "
            "Write `{code}` after `{statement}`.",
            name=grown[0].name,
            code=f"{grown[0].name}.clear()",
            statement=label(case.site.source, case.site.line),
        )
    what = gettext(_CARRIES[found[0].round], state=every(names), name=start.name(case))
    code, place = cut_after(case, found)
    if not found[0].is_state:
        instead = gettext(
            "If no gradient should flow through {state}, write `{code}` after `{statement}`; else compute {state} "
            "again in each round, before {name}.",
            state=every(names),
            code=code,
            statement=place,
            name=start.name(case),
        )
        return f"{what} {instead}"
    instead = gettext(
        "Write `{code}` after `{statement}`: detach() keeps the values and cuts the graph off.",
        code=code,
        statement=place,
    )
    if found[0].round == "loop" and not case.site.is_nested:
        now = gettext("Type it once now as well: {state} still holds the graph that was freed.", state=every(names))
        return f"{what} {instead} {now}"
    return f"{what} {instead}"


_CARRIES = {
    "loop": N_(
        "The graph of the iteration before is carried into this one by {state}. The earlier backward() has freed it, "
        "and the backward pass from {name} would go through it again."
    ),
    "function": N_(
        "A graph that an earlier backward() has freed came into this call with {state}, and the backward pass from "
        "{name} would go through it again."
    ),
    "session": N_(
        "{state} was computed from its own value before, and so the graph of that is part of this one. The earlier "
        "backward() has freed it, and the backward pass from {name} would go through it again."
    ),
}


def _freed_in_this_round(case: Case, lost: set[Any]) -> bool:
    """Whether a backward() of the same round has freed some of ``lost``, so that no earlier round is to blame."""
    other = backward_before(case)
    tensor = named_tensors(case).get(other) if other is not None else None
    return tensor is not None and case.site.line is not case.site.statement and bool(lost & {*behind([tensor]).nodes})


def _made_in_this_round(case: Case, names: list[str]) -> bool:
    """Whether each of ``names`` gets its value in the loop, or the function, that fails: else that one is the cause."""
    inside = next((each for each in case.parents if isinstance(each, (ast.For, ast.While, ast.FunctionDef))), None)
    if inside is None:
        return True
    stored = {each.id for each in ast.walk(inside) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return case.site.is_nested or stored.issuperset(names)


def _two_results(case: Case, start: Start, freed: list[str]) -> str:
    """Where backward() of another result of the same round freed what both were computed from; "" where none did."""
    other = backward_before(case)
    named = named_tensors(case)
    tensor = named.get(other) if other is not None else None
    if other is None or tensor is None or not isinstance(start.node, ast.Name) or other == start.node.id:
        return ""
    name, nodes = start.node.id, {*behind([tensor]).nodes}
    if len(freed) > 1:  # the pass that failed has freed a part of its own graph before that
        freed = [each for each in freed if is_behind(named[each], nodes)]
    if len(freed) != 1 or (shared := freed[0]) == other:
        return ""
    trained = _trained_before(case, named[shared])
    both = nodes & {*start.graph().nodes}
    steps = [each for each, value in named.items() if each not in (other, name) and is_behind(value, both)]
    if trained is not None and is_behind(named[shared], both) and len(steps) > 1:
        return _several_shared(case, start, other, steps)
    if not is_behind(named[shared], nodes):
        together, call = assigned_together(case, shared)
        if not any(each in named and is_behind(named[each], nodes) for each in together):
            return ""
        shared = call
    what = gettext(
        "{other} and {name} were both computed from {shared}, and {other}.backward() has freed that part of the graph.",
        name=name,
        other=other,
        shared=shared,
    )
    if trained and shared in named and has_other_gradients(case, start, shared):
        ways = gettext(
            "If {name} needs no gradient for {shared}, compute {name} from {shared}.detach(); else add them and go "
            "back once, ({other} + {name}).backward(), before the first step().",
            name=name,
            other=other,
            shared=shared,
        )
    elif trained is False:
        ways = gettext(
            "If {other} needs no gradient for {shared}, compute {other} from {shared}.detach(); else write "
            "{other}.backward(retain_graph=True).",
            other=other,
            shared=shared,
        )
    elif trained:
        ways = gettext(
            "Add them and go back once, ({other} + {name}).backward(), before the first step().",
            name=name,
            other=other,
        )
    else:
        ways = gettext(
            "Add them and go back once, ({other} + {name}).backward(), or write {other}.backward(retain_graph=True).",
            name=name,
            other=other,
        )
    return f"{what} {ways}"


def _several_shared(case: Case, start: Start, other: str, steps: list[str]) -> str:
    """Where the two results share more than one step, ``act`` and ``q`` of ``q = critic(s, act)``."""
    name, named = start.name(case), named_tensors(case)
    count = {each: len({*behind([named[each]]).nodes}) for each in steps}
    only = {node_of(named[each]): each for each in reversed(steps)}
    steps = sorted(only.values(), key=lambda each: count[each])
    last = steps[-1]
    what = gettext(
        "{other} and {name} were both computed from {shared}, and {other}.backward() has freed that part of the graph.",
        name=name,
        other=other,
        shared=last,
    )
    if has_other_gradients(case, start, last):
        ways = gettext(
            "If {name} needs no gradient for {shared}, compute {name} from {shared}.detach(); else compute {names} "
            "again before {name}.",
            name=name,
            shared=last,
            names=every(steps),
        )
    else:
        ways = gettext("Compute {names} again before {name}.", names=every(steps), name=name)
    return f"{what} {ways}"


def _trained_before(case: Case, shared: Any) -> bool | None:
    """Whether a step() before the failing line trains weights behind ``shared``; None where none comes before it.

    In a GAN it trains those of the other network: False.
    """
    leaves = [*behind([shared]).leaves()]
    held = [optimizer_holds(case, each) for each in step_calls(case) if each.lineno < case.site.line.lineno]
    return any(holds(leaf) for holds in held for leaf in leaves) if held else None


def _kept_by_network(case: Case, start: Start, graph: Graph) -> str:
    """Where a network keeps a tensor, computed once, that each round computes with: ``self.table = self.emb(ids)``."""
    path = spent_in_network(case, graph)
    if not path:
        return ""
    return gettext(
        "{name} was computed from {path}, and an earlier backward() already used the graph of that and freed it. "
        "Compute it again in each forward pass, or keep {path}.detach() if no gradient should flow through it.",
        name=start.name(case),
        path=path,
    )


def _whole_graph(name: str, used: RecordedStatement | None, freed: list[str]) -> str:
    """Where the graph was freed from the start on. ``freed``: the tensors before it that must be computed again too."""
    names = every([*freed, name])
    if used is None:
        return gettext(
            "The graph of {name} was already used by an earlier backward() and freed. Compute {names} again first. To "
            "run the backward pass twice, the first call needs retain_graph=True.",
            name=name,
            names=names,
        )
    return gettext(
        "The graph of {name} was already used by `{statement}` and freed. Compute {names} again first. To run the "
        "backward pass twice, the first call needs retain_graph=True.",
        name=name,
        statement=used.label,
        names=names,
    )


def _goes_round(case: Case, start: Start, freed: list[str]) -> bool:
    """Whether each round of a loop, or of a comprehension, goes back from another part of ``freed``: a Jacobian."""
    heads = [each.target for each in case.parents if isinstance(each, ast.For)]
    heads += [part.target for each in case.parents for part in getattr(each, "generators", ())]
    here = names_within(start.node) if start.node is not None else set()
    bound = {part.id for each in heads for part in ast.walk(each) if isinstance(part, ast.Name)}
    return len(freed) == 1 and bool(bound & here) and "retain_graph" not in ast.unparse(case.site.line)


def _part_of_graph(case: Case, start: Start, used: RecordedStatement | None, freed: list[str]) -> str:
    """Where only the graph of the tensors ``freed`` was, from which the start was computed."""
    name, names = start.name(case), every(freed)
    if start.inputs and _goes_round(case, start, freed):
        return gettext(
            "{names} is computed once, and each round goes back through its graph, which the first one has freed. "
            "retain_graph=True in this call keeps it for the next; compute {names} again before the rounds begin.",
            names=names,
        )
    if used is None:
        what = gettext(
            "{name} was computed from {names}, and an earlier backward() already used that part of the graph and freed "
            "it.",
            name=name,
            names=names,
        )
    else:
        what = gettext(
            "{name} was computed from {names}, and `{statement}` already used that part of the graph and freed it.",
            name=name,
            names=names,
            statement=used.label,
        )
    if len(freed) == 1 and has_other_gradients(case, start, freed[0]):
        again = gettext(
            "Compute {tensor} again before {name}, or use {tensor}.detach() there if no gradient should flow through "
            "it.",
            tensor=freed[0],
            name=name,
        )
    else:
        again = gettext("Compute {names} again before {name}.", names=names, name=name)
    return f"{what} {again}"


def _freed_before(case: Case, start: Start, graph: Graph) -> list[str]:
    """Names of other tensors in the graph whose own graphs were freed: those nearest to the leaves."""
    nodes = {*graph.nodes}
    found: dict[str, Any] = {}
    for name, tensor in named_tensors(case).items():
        other = all(tensor is not each for each in start.tensors)
        if other and is_behind(tensor, nodes) and is_spent(tensor):
            found[name] = tensor
        if len(found) == _MOST_FOUND:
            break
    farthest: dict[Any, str] = {}
    for name, tensor in found.items():
        before = {*behind([tensor]).nodes} - {node_of(tensor)}
        if not any(is_behind(each, before) for each in found.values()):
            farthest.setdefault(node_of(tensor), name)
    return [*farthest.values()]


def _before_the_loop(case: Case, start: Start) -> bool:
    loops = [each for each in case.site.parents if isinstance(each, (ast.For, ast.While))]
    if not loops or not isinstance(start.node, ast.Name):
        return False
    stored = [each for loop in loops for each in ast.walk(loop) if isinstance(each, ast.Name)]
    inside = any(each.id == start.node.id and isinstance(each.ctx, ast.Store) for each in stored)
    return not inside and origin(case, start.node.id) is not None


RULES = (
    Rule(
        "backward twice",
        ("RuntimeError",),
        r"Trying to backward through the graph a second time",
        _again,
        more="autograd/backward-twice",
        lesson="autograd/backward-twice",
    ),
)
