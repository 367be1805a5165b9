"""A dataset without samples: which line looked for them, where, and what is there."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import Origin, earlier, origin, parsed
from ptrepl.explain.provenance.searched import searched
from ptrepl.explain.rewrite import in_one_line
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_FILE = "torch/utils/data/dataloader.py"
_LISTING = frozenset(("glob", "rglob", "iglob", "listdir", "iterdir", "scandir", "walk"))


def _empty(case: Case) -> Finding | None:
    """``DataLoader(Pictures(root), shuffle=True)``, where ``Pictures`` has found no files."""
    node, held = case.node, locals_of(case, "__init__", _FILE)
    if not isinstance(node, ast.Call) or not held or case.match.group(1) != "0":
        return None
    dataset: Any = held.get("dataset")
    given = next((each.value for each in node.keywords if each.arg == "dataset"), None)
    given = node.args[0] if node.args else given
    if given is None:
        return None
    text = gettext(
        "{name} ({type}) is empty: it has 0 samples.", name=operand_text(case, given), type=type_name(dataset)
    )
    made = origin(case, given.id) if isinstance(given, ast.Name) else None
    parts = [text]
    if made is not None:
        parts.append(gettext("It comes from `{statement}`.", statement=made.label))
        if _calls(made.value) & _LISTING:
            parts.append(_found_none(case, made))
            return Finding(" ".join(parts))
    parts.append(_in_class(case, dataset, made.value if made is not None else given))
    return Finding(" ".join(filter(None, parts)))


def _found_none(case: Case, made: Origin) -> str:
    """Sentences: a line at the prompt that looked for files, and what is there."""
    place = searched(made.value, case.real)
    if place is None:
        return gettext(
            "No file was found there: check the path. One that does not begin with / begins at the working folder, "
            "which os.getcwd() tells."
        )
    return place.told()


def _in_class(case: Case, dataset: Any, made: ast.expr) -> str:
    """Sentences: the line of the learner's dataset that looks for files, and found none; "" where none does."""
    text = class_text(case, type(dataset))
    init = text.method("__init__") if text is not None else None
    for line in init.body if text is not None and init is not None else ():
        match line:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=value):
                held = own_dict(dataset).get(attribute)
            case _:
                continue
        if type(held) is not list or held or text is None or init is None:
            continue
        if _calls(value) & _LISTING:
            return _line_told(case, text, init, line, dataset, made)
        if isinstance(value, ast.Name) and (given := _at_prompt(case, held)) is not None:
            found = gettext("`{statement}` found no files.", statement=given.label)
            return f"{found} {_found_none(case, given)}"
    return ""


def _line_told(
    case: Case, text: ClassText, init: ast.FunctionDef, line: ast.Assign, dataset: Any, made: ast.expr
) -> str:
    known = _Known(case, init, dataset, made)
    place = searched(line.value, known.value)
    fields = {"line": in_one_line(text.source, line), "cls": type_name(dataset)}
    if place is None:
        return gettext(
            "`{line}` in {cls}.__init__ found no files: check the folder, and the pattern of the names. "
            "os.listdir(…) tells what is in a folder, and os.getcwd() where a path begins that has no / in front.",
            **fields,
        )
    found = gettext("`{line}` in {cls}.__init__ found no files.", **fields)
    return f"{found} {place.told()}"


class _Known:
    """What the names of ``__init__`` held, by the call that made the dataset and what the dataset keeps."""

    def __init__(self, case: Case, init: ast.FunctionDef, dataset: Any, made: ast.expr) -> None:
        self.case, self.own = case, own_dict(dataset)
        names = [each.arg for each in init.args.args[1:]]
        defaults = init.args.defaults
        self.given: dict[str, ast.expr] = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        if isinstance(made, ast.Call):
            self.given |= dict(zip(names, made.args, strict=False))
            self.given |= {each.arg: each.value for each in made.keywords if each.arg in names}
        self.bound = {
            line.targets[0].id
            for line in init.body
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
        }

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self.own.get(name)
            case ast.Name(id=name) if name in self.given and name not in self.bound:
                given = self.given[name]
                return given.value if isinstance(given, ast.Constant) else self.case.real(given)
        return None


def _at_prompt(case: Case, held: list[Any]) -> Origin | None:
    """The line at the prompt that looked for the files of this list."""
    for entry in earlier(case):
        tree = parsed(entry.source)
        for name in entry.bound:
            if case.names.get(name) is held and tree is not None and _calls(tree) & _LISTING:
                return origin(case, name)
    return None


def _calls(tree: ast.AST) -> set[str]:
    calls = (each.func for each in ast.walk(tree) if isinstance(each, ast.Call))
    return {getattr(each, "attr", getattr(each, "id", "")) for each in calls}


RULES = (
    Rule(
        "empty dataset",
        ("ValueError",),
        r"num_samples should be a positive integer value, but got num_samples=(-?\d+)",
        _empty,
        more="data/dataset",
    ),
)
