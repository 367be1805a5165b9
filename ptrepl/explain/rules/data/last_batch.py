"""The last batch of a DataLoader that a loop goes over, where it is smaller than the others."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.datasets import batches_of, size_of
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.locate import Site
from ptrepl.explain.operands.loaders import is_loader
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import origin_at_prompt
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class LastBatch:
    """``rows`` samples are left of ``samples`` in batches of ``size``. ``loader``: the name in the loop."""

    loader: str
    held: Any
    samples: int
    size: int
    prompt: Site
    """The statement at the prompt that runs the loop."""

    @property
    def rows(self) -> int:
        """How many samples the last batch has."""
        return self.samples % self.size

    @property
    def told(self) -> str:
        """Sentences on it, and how a loader leaves it out."""
        return gettext(
            "This is the last batch of {loader}: {samples} samples in batches of {size} leave {rows}. drop_last=True "
            "in DataLoader leaves it out.",
            loader=self.loader,
            samples=self.samples,
            size=self.size,
            rows=self.rows,
        )

    def dropped(self, case: Case) -> tuple[Fix, ...]:
        """The loader with ``drop_last=True``, and the failing statement again; () where it was not made in a line."""
        name = next((name for name, held in case.names.items() if held is self.held and not name.startswith("_")), "")
        made = origin_at_prompt(case, name) if name else None
        call = made.value if made is not None else None
        if made is None or not isinstance(call, ast.Call) or not made.is_alone:
            return ()
        given = [*call.args, *(each.value for each in call.keywords)]
        last = max(given, key=lambda each: (each.lineno, each.col_offset))
        if any(each.arg in ("drop_last", None) for each in call.keywords):
            return ()
        again = segment(self.prompt.source, self.prompt.statement)
        code = spliced(made.source, made.statement, {last: f"{segment(made.source, last)}, drop_last=True"})
        if collected := _collected(self.prompt.statement):
            names = every(collected)
            return (Fix(code, gettext("then begin {names} anew, and run the loop again", names=names)),)
        return (Fix(f"{code}\n{again}"),) if again.count("\n") < _MOST_LINES else ()


def _collected(statement: ast.stmt) -> list[str]:
    """The names from before ``statement`` that its loop fills: run again, it would fill them a second time."""
    fills: dict[str, None] = {}
    for each in ast.walk(statement):
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "add" | "update")):
                fills[name] = None
            case ast.AugAssign(target=ast.Name(id=name)):
                fills[name] = None
    bound = {
        target.id
        for each in ast.walk(statement)
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return [name for name in fills if name not in bound]


def at_last_batch(case: Case, rows: int) -> LastBatch | None:
    """The loop that was at its last batch, of ``rows`` samples; None where none was, or none is known to be."""
    loop: tuple[str, Any] | None = None
    for site in own_sites(case):
        if loop is None:
            loop = _loop(site)
        if not site.is_nested and loop is not None:
            held = own_dict(loop[1])
            count, size = size_of(held.get("dataset")), held.get("batch_size")
            if type(count) is not int or type(size) is not int or held.get("drop_last") is not False:
                return None
            if not 0 < rows == count % size or batches_of(held, count) != count // size + 1 or count < size:
                return None
            return LastBatch(loop[0], loop[1], count, size, site)
    return None


def loader_of_loop(case: Case) -> tuple[str, Any] | None:
    """The innermost ``for`` over a loader that was running when the code failed: the name of the loader, and itself."""
    return next((found for site in own_sites(case) if (found := _loop(site)) is not None), None)


def _loop(site: Site) -> tuple[str, Any] | None:
    """The innermost ``for`` over a loader around the failing line, as the name of the loader and the loader."""
    for parent in site.parents:
        over = parent.iter if isinstance(parent, ast.For) else None
        if isinstance(over, ast.Call) and getattr(over.func, "id", "") in ("enumerate", "tqdm") and over.args:
            over = over.args[0]
        if isinstance(over, ast.Name):
            held = site.frame.f_locals.get(over.id, site.frame.f_globals.get(over.id))
            if is_loader(held):
                return over.id, held
    return None
