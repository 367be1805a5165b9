"""What to write instead of a line that cut a loss off from the graph: out of its block, or from the scores."""

from __future__ import annotations

import ast
import textwrap

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import typed
from ptrepl.explain.operands.losses import fraction_in
from ptrepl.explain.provenance.history import Cause
from ptrepl.explain.provenance.origins import Origin, switched_off
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.texts.messages import gettext


def out_of_the_block(case: Case, made: Origin) -> tuple[Fix, ...]:
    """The lines of a ``with torch.no_grad():`` at the prompt without the block, and the failing line after them."""
    site = case.site
    ran = made.entry is not None and made.entry.status is Status.OK
    if site.is_nested or site.line is not site.statement or not ran or len(made.parents) != 1:
        return ()
    block = made.parents[0]
    if not isinstance(block, ast.With) or not switched_off(block) or len(block.items) != 1:
        return ()
    if not all(isinstance(each, ast.Assign) for each in block.body) or block.body[0].lineno == block.lineno:
        return ()
    if _reads_what_it_binds(block):
        return ()  # a second run would go on from the new value
    lines = made.source.splitlines()[block.body[0].lineno - 1 : block.body[-1].end_lineno]
    code = textwrap.dedent("\n".join(lines))
    fix = typed(case, f"{code}\n{segment(site.source, site.line)}", "")
    return (fix,) if fix is not None else ()


def _reads_what_it_binds(block: ast.With) -> bool:
    seen: set[str] = set()
    for statement in block.body:
        names = [each for each in ast.walk(statement) if isinstance(each, ast.Name)]
        bound = {each.id for each in names if isinstance(each.ctx, ast.Store)}
        if bound & ({each.id for each in names if isinstance(each.ctx, ast.Load)} - seen):
            return True
        seen |= bound
    return False


def with_scores(case: Case, found: Cause) -> str:
    """A sentence with the loss of class indices: ``F.cross_entropy(net(x), labels)``; "" where it is not known."""
    assert found.cut is not None
    if found.cut.called not in ("argmax()", "max()"):
        return ""
    source = case.site.source if found.place is None else found.place.source
    scores = _scores(case, found, found.cut.base)
    target = _target(case, found)
    if scores is None or target is None:
        return ""
    return gettext(
        "For class indices the loss is {code}: it takes the scores as they are.",
        code=f"F.cross_entropy({in_one_line(source, scores)}, {target})",
    )


def _scores(case: Case, found: Cause, base: ast.expr) -> ast.expr | None:
    """What softmax was computed from, or what the indices were taken of."""
    if isinstance(base, ast.Name) and found.place is not None:
        made = _assigned(found.place, base.id)
        if made is not None and _softmax_of(made) is not None:
            return _softmax_of(made)
    return _softmax_of(base) or base


def _softmax_of(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="F" | "torch"), attr="softmax" | "log_softmax"), args=args):
            return args[0] if args else None
        case ast.Call(func=ast.Attribute(value=base, attr="softmax" | "log_softmax")):
            return base
    return None


def _assigned(place: Origin, name: str) -> ast.expr | None:
    """What the lines before ``place``, in the same block, give ``name``."""
    above = getattr(place.statement, "parent", None)
    block = getattr(above, "body", [])
    found = None
    for each in block if isinstance(block, list) else []:
        if each is place.statement:
            break
        match each:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                found = value
    return found


def _target(case: Case, found: Cause) -> str | None:
    """The other argument of the loss, without the conversion that was for the loss, as class indices."""
    for each in reversed([case.site.line, *(path.statement for path in found.path)]):
        for node in ast.walk(each):
            match node:
                case ast.Call(func=ast.Attribute(attr=name), args=[_, target]) if name.endswith("_loss"):
                    return _as_indices(case, target)
                case ast.Call(func=func, args=[_, target]) if type_name(case.real(func)).endswith("Loss"):
                    return _as_indices(case, target)
    return None


def _as_indices(case: Case, node: ast.expr) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="float" | "double"), args=[]):
            node = base
    real = case.real(node)
    if not is_tensor_class(type(real)) or fraction_in(case, node):
        return None
    text = ast.unparse(node)
    facts = case.facts(node)
    return text if facts is not None and facts.dtype == "int64" else f"{text}.long()"
