"""A class that a fix defines anew: its instances keep the old one, so they have to be made again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.kinds import Kind, is_a, kind_of, module_name, own_dict
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.loaders import is_loader
from ptrepl.explain.provenance.gathered import has_gathered, methods_alone
from ptrepl.explain.provenance.origins import parsed
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_ITERATORS = ("iter", "enumerate", "cycle", "chain", "islice", "zip", "tqdm")
_MOST_PARTS = 500
_MOST_NAMES = 3_000
_MOST_OPTIMIZED = 64


@dataclass(frozen=True, slots=True)
class Old:
    """A name whose object belongs to the class as it was. ``statement``: what makes it again, "" if not known."""

    name: str
    statement: str
    number: int
    """The number of the statement in the session, so that several are typed again in their order."""


def with_instances(case: Case, finding: Finding) -> Finding:
    """The finding, where a fix defines a class anew: the fix makes the instances again, or the text says so."""
    finding = _with_loaders(case, finding)
    classes = {_class_in(fix.code) for fix in finding.fixes} - {""}
    if len(classes) == 1:
        cls = case.names.get(classes.pop())
        finding = finding if cls is None or not is_a(cls, type) else _again(case, finding, cls)
    return replace(finding, fixes=tuple(_with_iterators(case, fix) for fix in finding.fixes))


def _with_iterators(case: Case, fix: Fix) -> Fix:
    """A fix that makes a loader again makes the iterators of the old one again: ``batches = iter(loader)``."""
    try:
        body = ast.parse(fix.code).body
    except SyntaxError:
        return fix
    lines, bound = fix.code.splitlines(), {name for each in body for name in _bound_by(each)}
    for each in reversed(body):
        again = [
            made
            for loader in _bound_by(each)
            if is_loader(case.names.get(loader))
            for name, made in _iterators(case, loader)
            if name not in bound
        ]
        lines[each.end_lineno : each.end_lineno] = again
    return fix if len(lines) == len(fix.code.splitlines()) else replace(fix, code="\n".join(lines), statement="")


def _bound_by(node: ast.stmt) -> list[str]:
    return [each.id for each in node.targets if isinstance(each, ast.Name)] if isinstance(node, ast.Assign) else []


def _iterators(case: Case, loader: str) -> Iterator[tuple[str, str]]:
    """The names whose one line calls a function of iterators with the loader, and that line."""
    for entry in case.record or ():
        tree = parsed(entry.source)
        match tree.body if tree is not None else []:
            case [ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[ast.Name(id=given), *_]))]:
                word = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
                made = _statement(case, name, case.names.get(name), None)
                if given == loader and word in _ITERATORS and made == (one_line(entry.source), entry.number):
                    yield name, made[0]


def _with_loaders(case: Case, finding: Finding) -> Finding:
    """A fix that defines a ``collate_fn`` anew makes its loaders again: they hold the old function."""
    fixes = []
    for fix in finding.fixes:
        function = case.names.get(_function_in(fix.code), 0)
        loaders = [
            name
            for name, value in [*case.names.items()][:_MOST_NAMES]
            if is_loader(value) and own_dict(value).get("collate_fn") is function and not str(name).startswith("_")
        ]
        made = [_statement(case, name, case.names[name], None)[0] for name in loaders]
        fixes.append(Fix("\n".join([f"{fix.code.rstrip()}\n", *made])) if made and all(made) else fix)
    return replace(finding, fixes=tuple(fixes))


def _function_in(code: str) -> str:
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return ""
    return body[0].name if len(body) == 1 and isinstance(body[0], ast.FunctionDef) else ""


def made_again_said(case: Case, cls: type) -> str:
    """A sentence: what has to be made again when ``cls`` is defined anew; "" where nothing has."""
    old = _old(case, cls)
    if not old:
        return ""
    statements = [each.statement for each in old if each.statement]
    if len(statements) < len(old):
        return gettext("Then make {names} again.", names=every([each.name for each in old]))
    return gettext(
        "Then make {names} again: {statements}.",
        names=every([each.name for each in old]),
        statements="; ".join(statements),
    )


def _again(case: Case, finding: Finding, cls: type) -> Finding:
    old = _old(case, cls)
    if not old:
        return finding
    gathered = [each for each in old if has_gathered(case, each.name, each.number, _init(case, each.name))]
    if gathered:
        return _kept(case, finding, cls, old, gathered)
    if not all(each.statement for each in old):
        return replace(finding, text=f"{finding.text} {made_again_said(case, cls)}")
    again = "\n".join(each.statement for each in old)
    # without the shape of a result, which would be read as that of the last line
    fixes = tuple(Fix(f"{fix.code}\n\n{again}") if _class_in(fix.code) else fix for fix in finding.fixes)
    return replace(finding, fixes=fixes)


def _init(case: Case, name: str) -> ast.FunctionDef | None:
    text = class_text(case, type(case.names.get(name)))
    return text.method("__init__") if text is not None else None


def _kept(case: Case, finding: Finding, cls: type, old: list[Old], gathered: list[Old]) -> Finding:
    """The finding, where the instances have learned or gathered something: they get the class, and are not made again.

    Where that does not do, since ``__init__`` is another one or they are parts of something else, no line is offered.
    """
    names, text = every([each.name for each in gathered]), class_text(case, cls)
    alike = all(type(case.names.get(each.name)) is cls for each in gathered)
    defined = [fix for fix in finding.fixes if _class_in(fix.code)]
    if text is None or not alike or not all(methods_alone(text.node, fix.code) for fix in defined):
        lost = gettext("Made again, {names} would lose what it has learned or gathered so far.", names=names)
        return replace(
            finding, text=f"{finding.text} {lost}", fixes=tuple(fix for fix in finding.fixes if fix not in defined)
        )
    instances = [each.name for each in old if type(case.names.get(each.name)) is cls]
    lines = [f"{each}.__class__ = {cls.__name__}" for each in instances]
    kept = gettext(
        "{lines} gives {names} the mended methods: made again, it would lose what it has learned or gathered so far.",
        lines="; ".join(lines),
        names=names,
    )
    fixes = tuple(Fix("\n".join([f"{fix.code}\n", *lines])) if fix in defined else fix for fix in finding.fixes)
    return replace(finding, text=f"{finding.text} {kept}", fixes=fixes)


def _class_in(code: str) -> str:
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return ""
    return body[0].name if len(body) == 1 and isinstance(body[0], ast.ClassDef) else ""


def _old(case: Case, cls: type) -> list[Old]:
    """The names at the prompt that hold an instance, a network with one in it, or an optimizer of its parameters."""
    names = [*case.names.items()][:_MOST_NAMES]
    held = {name: value for name, value in names if type(name) is str and not name.startswith("_")}
    old = [name for name, value in held.items() if _belongs(value, cls)]
    parameters = {id(each) for name in old for each in _parameters(held[name])}
    optimizers = [name for name, value in held.items() if parameters and _updates(value, parameters)]
    found = [Old(name, *_statement(case, name, held[name], cls)) for name in old]
    found += [Old(name, *_statement(case, name, held[name], None)) for name in optimizers]
    found = [each for each in found if not _is_loop_variable(case, each.name)]
    made = _dependents(case, [each for each in found if each.statement])
    copied = {name for each in made for name in each.name.split(", ")}
    return sorted([*(each for each in found if each.name not in copied), *made], key=lambda each: each.number)


def _is_loop_variable(case: Case, name: str) -> bool:
    """Whether ``for name, net in nets.items()`` gave it its value: what the loop goes over is what has to be made."""
    entry = next((each for each in reversed([*(case.record or ())]) if name in each.bound), None)
    tree = parsed(entry.source) if entry is not None else None
    loops = [each for each in ast.walk(tree) if isinstance(each, ast.For)] if tree is not None else []
    return any(isinstance(part, ast.Name) and part.id == name for each in loops for part in ast.walk(each.target))


def _dependents(case: Case, old: list[Old]) -> list[Old]:
    """What was made of the old ones: the parts of a dataset, a loader of them, a scheduler, a copy of a network.

    A name whose value is a number or a tensor is none: it holds nothing of them.
    """
    names, since = {each.name for each in old}, min((each.number for each in old if each.number), default=0)
    found: list[Old] = []
    for entry in case.record or ():
        tree = parsed(entry.source)
        if entry.number <= since or entry.status is not Status.OK or tree is None or len(tree.body) != 1:
            continue
        line = tree.body[0]
        if not isinstance(line, ast.Assign) or names & {*entry.bound} or not names_within(line.value) & names:
            continue
        last = next((each for each in reversed([*(case.record or ())]) if {*entry.bound} & {*each.bound}), None)
        if last is entry and all(_holds_others(case.names.get(name)) for name in entry.bound):
            names |= {*entry.bound}
            found.append(Old(", ".join(entry.bound), one_line(entry.source), entry.number))
    return found


def _holds_others(value: Any) -> bool:
    """Whether it is an object of torch that keeps what it was made of: a module, a scheduler, a part of a dataset."""
    home = module_name(type(value))
    return kind_of(value) is Kind.MODULE or home.startswith(("torch.optim.", "torch.utils.data"))


def optimizers_again(case: Case, network: Any) -> tuple[str, ...]:
    """The lines that made the optimizers of a network at the prompt, in their order; () where one is not known."""
    parameters = {id(each) for each in _parameters(network)}
    names = [*case.names.items()][:_MOST_NAMES]
    held = [(name, value) for name, value in names if type(name) is str and not name.startswith("_")]
    found = [Old(name, *_statement(case, name, value, None)) for name, value in held if _updates(value, parameters)]
    ordered = sorted(found, key=lambda each: each.number)
    return tuple(each.statement for each in ordered) if all(each.statement for each in ordered) else ()


def _belongs(value: Any, cls: type) -> bool:
    if type(value) is cls or (is_loader(value) and type(own_dict(value).get("dataset")) is cls):
        return True
    if type(value) in (dict, list, tuple):
        held = [*value.values()] if type(value) is dict else [*value]
        return any(type(each) is cls for each in held[:_MOST_PARTS])
    if kind_of(value) is not Kind.MODULE:
        return False
    return any(type(each) is cls for each in _modules(value))


def _modules(module: Any) -> Iterator[Any]:
    pending = [module]
    for each in pending:
        yield each
        inner = own_dict(each).get("_modules")
        if type(inner) is dict and len(pending) < _MOST_PARTS:
            pending += [part for part in inner.values() if part is not None]


def _parameters(value: Any) -> Iterator[Any]:
    if kind_of(value) is Kind.MODULE:
        for each in _modules(value):
            held = own_dict(each).get("_parameters")
            yield from held.values() if type(held) is dict else ()


def _updates(value: Any, parameters: set[int]) -> bool:
    """Whether it is an optimizer of torch with one of the parameters."""
    if not module_name(type(value)).startswith("torch.optim."):
        return False
    groups = own_dict(value).get("param_groups")
    for group in groups if type(groups) is list else ():
        given = group.get("params") if type(group) is dict else None
        if type(given) is list and any(id(each) in parameters for each in given[:_MOST_OPTIMIZED]):
            return True
    return False


def _statement(case: Case, name: str, value: Any, cls: type | None) -> tuple[str, int]:
    """The one line at the prompt that made ``name`` by calling its class, and its number; ("", 0) if not known."""
    made = next((each for each in reversed(case.record or ()) if name in each.bound), None)
    if made is None or made.status is not Status.OK or made.bound != (name,):
        return "", 0
    try:
        body = ast.parse(made.source).body
    except SyntaxError:
        return "", made.number
    match body:
        case [ast.Assign(targets=[ast.Name()], value=given)]:
            loaded = names_within(given)
            made_of = cls if type(value) in (dict, list, tuple) else type(value)
            if name not in loaded and (cls is None or made_of is None or _calls(case, given, made_of)):
                return one_line(made.source), made.number
    return "", made.number


def _calls(case: Case, node: ast.expr, cls: type) -> bool:
    """Whether the expression calls the class by its name: ``Net(4)``, ``Net().to(device)``."""
    called = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return any(isinstance(each, ast.Name) and case.names.get(each.id) is cls for each in called)
