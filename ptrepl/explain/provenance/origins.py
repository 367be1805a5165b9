"""Where a name got its value: the statement that assigned it, in the failing code or earlier in the session."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ptrepl.engine.outcome import Status
from ptrepl.engine.record.record import RecordedStatement, short_label
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.locate import Site
from ptrepl.explain.rewrite import segment

_UNRECORDED = ("no_grad", "inference_mode")


@dataclass(frozen=True, slots=True)
class Origin:
    """One assignment to a name."""

    name: str
    value: ast.expr
    statement: ast.stmt
    source: str
    """The text that the positions of the nodes refer to."""
    entry: RecordedStatement | None
    """The statement of the session that it is, or is part of; None where it is part of the failing one."""
    parents: tuple[ast.AST, ...]

    @property
    def label(self) -> str:
        """The statement in one short line."""
        return label(self.source, self.statement)

    @property
    def is_alone(self) -> bool:
        """Whether it ran once at the prompt, by itself or in a ``with torch.no_grad():``, so it can be typed again."""
        ran = self.entry is not None and self.entry.status is Status.OK
        return ran and all(isinstance(each, ast.With) and switched_off(each) for each in self.parents)

    @property
    def unrecorded(self) -> str:
        """What kept autograd from recording it: ``no_grad`` or ``inference_mode`` in the text, ``grad mode`` where only
        the record knows; "" if nothing did."""
        found = next((word for each in self.parents if (word := switched_off(each))), "")
        return found or ("grad mode" if self.entry is not None and not self.entry.grad_enabled else "")


def source_and_value(case: Case, node: ast.expr) -> tuple[str, ast.expr]:
    """(source, expression) of what was last assigned to the name ``node``; of ``node`` itself where that is not known,
    or it is no name."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    return (case.site.source, node) if made is None else (made.source, made.value)


def unrecorded_in(case: Case) -> str:
    """The same for the failing line."""
    found = next((word for each in case.parents if (word := switched_off(each))), "")
    last = next(reversed(case.record), None) if case.record is not None else None
    return found or ("grad mode" if last is not None and not last.grad_enabled else "")


def switched_off(node: ast.AST) -> str:
    """Which context manager or decorator of ``node`` turns grad mode off: ``no_grad``; "" if none."""
    for each in _managers(node):
        name = each.func if isinstance(each, ast.Call) else each
        word = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
        if word in _UNRECORDED:
            return str(word)
    return ""


def _managers(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.With(items=items):
            return [each.context_expr for each in items]
        case ast.FunctionDef(decorator_list=decorators):
            return decorators
    return []


def label(source: str, node: ast.stmt | ast.expr) -> str:
    """The text of ``node`` in one short line."""
    return short_label(segment(source, node))


def earlier(case: Case) -> Iterator[RecordedStatement]:
    """The statements of the session before the one that failed, the newest first."""
    entries = reversed(case.record) if case.record is not None else iter(())
    for index, entry in enumerate(entries):
        if index or entry.status is not Status.RAISED:
            yield entry


@lru_cache(maxsize=64)
def parsed(source: str) -> ast.Module | None:
    """The tree of a statement of the record; None where it was too long to be kept whole."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def origin(case: Case, name: str, before: int | None = None) -> Origin | None:
    """The last assignment to ``name`` that had run; with ``before``, of the statements of the session up to that one.

    ``x += 1`` counts only where ``x`` was a plain number until then. None where the text alone does not say: it is in
    an ``if``, or the name gets its value in another way, as the target of a loop.
    """
    if before is None and case.maybe_site is not None:
        inside = _failing_code(case.site)
        if inside is case.site.line:
            inside = ast.Pass()  # the one line at the prompt has failed, so it has assigned nothing
        if inside is None or _stores(inside, name):
            return _in_failing_code(case.site, inside, name) if inside is not None else None
        if case.site.is_nested and name in case.site.frame.f_locals:
            return None
    added: Origin | None = None
    for entry in earlier(case):
        if name not in entry.bound or (before is not None and entry.number >= before):
            continue
        if case.record is not None and not case.record.may_have_made(entry, name):
            return None
        tree = parsed(entry.source)
        found = _last([*_assignments(tree, name)], entry.source, name, entry) if tree is not None else None
        if found is None or tree is None or _stores(tree, name) != len([*_assignments(tree, name)]):
            return None
        if not isinstance(found.statement, ast.AugAssign):
            if added is not None and _is_number(found.value):
                return added
            return found if before is not None or _agrees(case, name, entry) else None
        added = added or found
    return None


def origin_at_prompt(case: Case, name: str) -> Origin | None:
    """The last assignment to ``name`` by a statement of the session before the failing one, whatever that one does."""
    last = next(reversed(case.record), None) if case.record is not None else None
    return origin(case, name, last.number + (last.status is not Status.RAISED)) if last is not None else None


def _agrees(case: Case, name: str, entry: RecordedStatement) -> bool:
    """Whether the record says the same: a statement in a loop or a branch may not have run."""
    made = case.record.made(name) if case.record is not None else None
    return made is None or made[0].number == entry.number or not is_tensor_class(type(case.names.get(name)))


def _failing_code(site: Site) -> ast.AST | None:
    """What holds the assignments that went before the failure: its function, or its statement; None for a lambda."""
    found = next((each for each in site.parents if isinstance(each, (ast.FunctionDef, ast.Lambda))), site.statement)
    return found if isinstance(found, ast.FunctionDef) is site.is_nested else None


def _stores(tree: ast.AST, name: str) -> int:
    """How often ``name`` is bound in ``tree``, in whatever way."""
    return sum(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store) for each in ast.walk(tree)
    )


def _in_failing_code(site: Site, inside: ast.AST, name: str) -> Origin | None:
    all_of_them = [*_assignments(inside, name)]
    if len(all_of_them) != _stores(inside, name):
        return None
    return _last(
        [each for each in all_of_them if (each[0].end_lineno or 0) < site.node.lineno], site.source, name, None
    )


def _assignments(tree: ast.AST, name: str) -> Iterator[tuple[ast.stmt, tuple[ast.AST, ...]]]:
    """Each statement in ``tree`` that assigns to ``name``, in the order of the text, with the nodes that hold it."""
    pending: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while pending:
        node, parents = pending.pop()
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=target)])
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr())
                | ast.AugAssign(target=ast.Name(id=target))
            ):
                if target == name:
                    yield node, parents
            case ast.FunctionDef() | ast.ClassDef() if parents or node is not tree:
                pass  # names of their own
            case ast.stmt() | ast.Module() | ast.ExceptHandler():
                inside = parents if isinstance(node, ast.Module) else (node, *parents)
                held = [each for each in ast.iter_child_nodes(node) if isinstance(each, (ast.stmt, ast.ExceptHandler))]
                pending += [(each, inside) for each in reversed(held)]


def _last(
    found: list[tuple[ast.stmt, tuple[ast.AST, ...]]], source: str, name: str, entry: RecordedStatement | None
) -> Origin | None:
    last: Origin | None = None
    for statement, parents in found:
        if any(isinstance(each, (ast.If, ast.Try, ast.Match)) for each in parents):
            return None  # which of them ran?
        adds = isinstance(statement, ast.AugAssign)
        if adds and last is not None and not _is_number(last.value):
            continue
        last = Origin(name, statement.value, statement, source, entry, parents)  # type: ignore[attr-defined]
    return last


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)
