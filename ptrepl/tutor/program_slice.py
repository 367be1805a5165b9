"""The slice of a program: those of its statements that some names come from, as they stand at its end.

Nothing to do with ``x[1:3]``: it is the word for what is left of a program where everything is taken out that has no
part in the values of a few names (M. Weiser, "Program slicing", 1981). Reads syntax, runs nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from ptrepl.tutor.names import bound_in, read_in, tree_of

_BLOCKS = (ast.For, ast.While, ast.With, ast.If, ast.Try)
_REPEATED = (ast.For, ast.While, ast.With)
_PASSES = frozenset({"backward", "step", "zero_grad"})
_WRITE = frozenset({"save", "dump", "savez", "savetxt", "save_file"})
"""Calls that leave something in a file."""
_MODULES = frozenset({"torch", "nn", "F", "init"})
_BEFORE = ("", 0)
"""Stands for whatever was there before the lines."""
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def program_slice(tree: ast.Module, names: frozenset[str], *, blocks: bool = False, recent: int = 0) -> ast.Module:
    """The top-level statements that ``names`` come from as they stand at the end.

    An earlier attempt that was overwritten is not among them. Of the last ``recent`` statements, all others are. A
    statement that binds nothing is, where it mentions a name that is wanted; with ``blocks`` also a loop or another
    block, which may change what it mentions, a backward pass from what was made of such a name, the step of such an
    optimizer, and what writes a file, which others may read. What the typed lines do not make themselves, data and
    functions of the step, only counts as mentioned where it is written into. A block that was typed once more takes the
    place of the one before.
    """
    wanted = set(names)
    made = bound_in(tree)
    own = names | made
    kept: list[ast.stmt] = []
    overwritten = set[str]()
    passes = [*_backward_passes(tree, names), *_file_writers(tree)] if blocks else []
    for place in range(len(tree.body) - 1, -1, -1):
        statement = tree.body[place]
        bound = bound_in(statement)
        mentions = not bound or (blocks and isinstance(statement, _BLOCKS))
        read = read_in(statement) & own - (_only_called(statement) - made)
        mentioned = read | _written_into(statement) if mentions else frozenset[str]()
        concerned = bool(bound & wanted or mentioned & wanted) and not _typed_again(statement, kept)
        stands = place >= len(tree.body) - recent and not (bound and bound <= overwritten)
        if not concerned and statement not in passes and not stands:
            continue
        kept.append(statement)
        if isinstance(statement, (ast.Assign, ast.AnnAssign, *_INNER)):
            wanted -= bound
            overwritten |= bound
        wanted |= read_first([statement])
    return ast.Module(kept[::-1], [])


def sliced_lines(source: str, names: frozenset[str], recent: int) -> str:
    """The lines of ``source`` that the statements of the slice stand on, as they are written; all of it where it is no
    Python.
    """
    tree = tree_of(source)
    if tree is None:
        return source
    lines = source.split("\n")
    kept = set[int]()
    for statement in program_slice(tree, names, blocks=True, recent=recent).body:
        first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
        kept |= {*range(first - 1, statement.end_lineno or first)}
    return "\n".join(lines[place] for place in sorted(kept))


def read_first(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """The names that must be there before ``statements`` run: read, and not bound by an earlier one of them."""
    found: set[str] = set()
    bound: set[str] = set()
    for statement in statements:
        match statement:
            case ast.FunctionDef(args=arguments, body=body):
                given = {each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg)}
                inside = read_first(body) - given
                found |= (inside | _read_beside(statement, body)) - bound - {statement.name}
            case ast.ClassDef(body=body):
                found |= (_read_beside(statement, body) | read_first(body)) - bound - {statement.name}
            case ast.For(target=target, iter=source, body=body, orelse=orelse):
                found |= read_in(source) - bound
                found |= read_in(target) - bound
                found |= read_first([*body, *orelse]) - bound - bound_in(target)
            case ast.While(test=test, body=body, orelse=orelse) | ast.If(test=test, body=body, orelse=orelse):
                found |= (read_in(test) | read_first(body) | read_first(orelse)) - bound
            case ast.With(body=body):
                found |= (_read_beside(statement, body) | read_first(body)) - bound
            case _:
                found |= read_in(statement) - bound
        if not isinstance(statement, (ast.If, ast.Try, ast.For, ast.While)):  # these may bind nothing
            bound |= bound_in(statement)
    return frozenset(found)


def _read_beside(statement: ast.stmt, body: list[ast.stmt]) -> frozenset[str]:
    """What a statement reads in its head."""
    heads = [child for child in ast.iter_child_nodes(statement) if child not in body]
    return frozenset[str]().union(*map(read_in, heads))


def _only_called(statement: ast.stmt) -> frozenset[str]:
    """The names that ``statement`` reads to call them, and for nothing else: a call leaves a function as it is."""
    called = [each.func for each in ast.walk(statement) if isinstance(each, ast.Call)]
    names = [each for each in ast.walk(statement) if isinstance(each, ast.Name)]
    return frozenset(each.id for each in names if each in called) - {each.id for each in names if each not in called}


def _written_into(statement: ast.stmt) -> frozenset[str]:
    """The names of what a statement plainly writes into: ``x[0] = 1``, ``x.zero_()``, ``init.zeros_(x)``."""
    found: set[str] = set()
    for node in ast.walk(statement):
        target: ast.expr | None = None
        match node:
            case ast.Call(func=ast.Attribute(attr=attribute) as function, args=[first, *_]) if attribute.endswith(
                "_"
            ) and _is_of_module(function):
                found |= read_in(first)
            case ast.Attribute(value=inner, ctx=ast.Store()) | ast.Subscript(value=inner, ctx=ast.Store()):
                target = inner
            case ast.AugAssign(target=inner):
                target = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if (
                attribute.endswith("_") or attribute == "retain_grad"
            ):
                target = inner
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if isinstance(target, ast.Name):
            found.add(target.id)
    return frozenset(found)


def _is_of_module(function: ast.Attribute) -> bool:
    """Whether it is a function that a module of torch holds, not a method: ``nn.init.zeros_``."""
    return ast.unparse(function).partition(".")[0] in _MODULES


def _typed_again(statement: ast.stmt, later: Iterable[ast.stmt]) -> bool:
    """Whether a block is the earlier form of one of the ``later``: it needs and binds the same names."""
    if not isinstance(statement, _REPEATED):
        return False
    here = type(statement), bound_in(statement), read_first([statement])
    return any(here == (type(each), bound_in(each), read_first([each])) for each in later)


def _backward_passes(tree: ast.Module, names: frozenset[str]) -> list[ast.stmt]:
    """The statements of their own that name ``backward`` of what was made from the ``names`` as they stand at the end.

    So with the ``step`` of an optimizer that was. What a result comes from that stood there before is not known: its
    backward pass may have reached all that stood there too, and so what was made from a ``grad`` of those.
    ``made[name]``: of which of the ``names``, and of which binding of each, it was made.
    """
    made: dict[str, frozenset[tuple[str, int]]] = {name: frozenset({(name, 0)}) for name in names}
    found: list[tuple[ast.stmt, frozenset[tuple[str, int]]]] = []
    for place, statement in enumerate(tree.body, 1):
        reads = read_first([statement]) if isinstance(statement, _INNER) else read_in(statement)  # not its own names
        sources = frozenset[tuple[str, int]]().union(*(made.get(each, frozenset()) for each in reads))
        if _of_before(statement, frozenset({"grad"}), made):
            sources |= {_BEFORE}
        bound = bound_in(statement)
        for name in bound:
            made[name] = frozenset({(name, place)}) if name in names and not sources else sources
        if not bound and any(isinstance(each, ast.Attribute) and each.attr in _PASSES for each in ast.walk(statement)):
            found.append((statement, sources | {_BEFORE} if _of_before(statement, _PASSES, made) else sources))
    present = frozenset[tuple[str, int]]().union(*(made[name] for name in names))
    if any((name, 0) in present for name in names):
        present |= {_BEFORE}
    return [statement for statement, sources in found if sources & present]


def _file_writers(tree: ast.Module) -> list[ast.stmt]:
    """The statements that leave something in a file, by a function that was typed too."""
    writers = set[str](_WRITE)
    found: list[ast.stmt] = []
    for statement in tree.body:
        if any(_called(each) in writers for each in ast.walk(statement)):
            if isinstance(statement, _INNER):
                writers.add(statement.name)
            else:
                found.append(statement)
    return found


def _called(node: ast.AST) -> str:
    """By its last part, what a call calls; "" for anything else."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def _of_before(statement: ast.stmt, attributes: frozenset[str], made: Mapping[str, object]) -> bool:
    """Whether ``statement`` reads one of these attributes of a name that no line has bound."""
    return any(
        isinstance(each, ast.Attribute)
        and each.attr in attributes
        and isinstance(each.value, ast.Name)
        and each.value.id not in made
        for each in ast.walk(statement)
    )
