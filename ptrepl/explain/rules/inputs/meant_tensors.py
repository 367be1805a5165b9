"""A tensor of another size than a layer takes, where another argument of ``forward`` is of that size."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.layer_sizes import features_taken
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import label
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def other_argument(case: Case, layer: Layer, wants: int, dim: int) -> tuple[str, str, tuple[str, str] | None] | None:
    """What was meant for ``layer.argument``: a sentence, its text, and the two names to exchange in the call if those
    are what is wrong. None where no other argument fits, or several do.

    An argument that nothing reads is meant; where another layer takes what this one was given, the two came in the
    other order.
    """
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    given = layer.argument
    if function is None or not isinstance(given, ast.Name):
        return None
    loads = [each.id for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
    parameters = [each.arg for each in function.args.args[1:]]
    fits = [name for name in parameters if name != given.id and _is_of(case, name, layer.shape, wants, dim)]
    if len(fits) != 1 or _stored(function, fits[0]) or _stored(function, given.id):
        return None
    [name] = fits
    shape = shape_text(sizes(read(case.scope.locals[name])) or ())
    if name not in loads:
        said = gettext(
            "{name}, {shape}, is of that size, and {function} does not use it: it was probably meant here.",
            name=name,
            shape=shape,
            function=function.name,
        )
        return said, name, None
    if given.id in parameters and _takes(case, function, name) == layer.shape[dim]:
        said = gettext(
            "{name}, {shape}, is of that size, and the layer that is given {name} takes {size}: the two came in the "
            "other order.",
            name=name,
            shape=shape,
            size=layer.shape[dim],
        )
        return said, "", (given.id, name)
    return None


def _is_of(case: Case, name: str, shape: tuple[int, ...], wants: int, dim: int) -> bool:
    held: Any = case.scope.locals.get(name)
    found = sizes(read(held)) if is_tensor_class(type(held)) else None
    return found is not None and len(found) == len(shape) and found[dim] == wants


def _stored(function: ast.FunctionDef, name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store)
        for each in ast.walk(function)
    )


def _takes(case: Case, function: ast.FunctionDef, name: str) -> int | None:
    """What the one layer takes that is given ``name`` itself."""
    found = [
        case.real(each.func)
        for each in ast.walk(function)
        if isinstance(each, ast.Call)
        and isinstance(each.func, (ast.Attribute, ast.Name))
        and any(isinstance(part, ast.Name) and part.id == name for part in each.args)
    ]
    layers = [each for each in found if kind_of(each) is Kind.MODULE]
    return features_taken(layers[0]) if len(layers) == 1 else None


def exchanged(case: Case, names: tuple[str, str], said: str) -> Finding:
    """The call of the network with the two arguments in the other order, where it gives both by position."""
    sites = [*own_sites(case)]
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    outer = sites[1] if len(sites) > 1 else None
    call = outer.node if outer is not None else None
    if function is None or outer is None or not isinstance(call, ast.Call):
        return Finding(said)
    order = [each.arg for each in function.args.args[1:]]
    places = [order.index(each) for each in names if each in order]
    if len(places) != 2 or max(places) >= len(call.args) or any(isinstance(each, ast.Starred) for each in call.args):
        return Finding(said)
    one, two = (call.args[each] for each in places)
    texts: dict[ast.expr | ast.stmt, str] = {one: segment(outer.source, two), two: segment(outer.source, one)}
    code = spliced(outer.source, call, texts)
    how = gettext("Call it as {code}.", code=in_a_sentence(code))
    at = Case(case.error, case.message, outer, case.names, case.record, case.unbound, case.learner_files)
    return Finding(f"{said} {how}", tried(at, [Candidate(code)]))


def left_out(case: Case, layer: Layer, wants: int, dim: int) -> tuple[str, str] | None:
    """``torch.cat([z, e], dim=1)`` where ``e = self.emb(y)`` is not used, and both together have what is wanted."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    given, shape = layer.argument, layer.shape
    if function is None or not isinstance(given, ast.Name):
        return None
    loads = {each.id for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    found = []
    for each in function.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)]) if each.lineno < case.site.line.lineno and name not in loads:
                if _has_the_rest(case, name, shape, wants, dim):
                    found.append((name, each))
    unused = [each.arg for each in function.args.args[1:] if each.arg not in loads]
    whole = [name for name in unused if _has_the_rest(case, name, shape, wants, dim)]
    if len(found) + len(whole) != 1:
        return None
    name = found[0][0] if found else whole[0]
    code = f"torch.cat([{given.id}, {name}], dim={dim % len(shape)})"
    call = in_a_sentence(changed(case, {given: code}))
    if not found:
        said = gettext(
            "{name}, which {function} was given, is not used, and has the other {count}: {call}.",
            name=name,
            function=function.name,
            count=wants - shape[dim],
            call=call,
        )
        return said, code
    said = gettext(
        "{name}, from `{statement}`, is not used, and has the other {count}: {call}.",
        name=name,
        statement=label(case.site.source, found[0][1]),
        count=wants - shape[dim],
        call=call,
    )
    return said, code


def _has_the_rest(case: Case, name: str, shape: tuple[int, ...], wants: int, dim: int) -> bool:
    """Whether a tensor of that name has the features that are lacking, and all other sizes of ``shape``."""
    if not _is_of(case, name, shape, wants - shape[dim], dim):
        return False
    held = sizes(read(case.scope.locals[name])) or ()
    return all(held[at] == shape[at] for at in range(len(shape)) if at != dim % len(shape))
