"""torch.load of a file that holds more than tensors: what weights_only refuses, and classes that are not there."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Mapping
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, class_dict, is_a, is_module_class, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.checkpoint_file import globals_of_file, kind_of_file
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_FILE = "torch/serialization.py"


def _path(case: Case) -> str | None:
    """The name of the file that torch.load was given."""
    held = locals_of(case, "load", _FILE).get("f")
    return held if type(held) is str else None


def _load(case: Case) -> tuple[ast.Call, ast.expr] | None:
    """The call of torch.load at the learner's place, and its first argument."""
    match case.node:
        case ast.Call(args=[argument, *_]) as node if case.text(node.func).rpartition(".")[2] == "load":
            return node, argument
    return None


def _refused(case: Case) -> Finding | None:
    """``weights_only=True``, the default, takes tensors and plain values only."""
    found = _load(case)
    if found is None:
        return None
    node, argument = found
    word, name = case.match.group("name"), operand_text(case, argument)
    path = _path(case)
    if path is not None and kind_of_file(path) == "text":  # its first letter is a word of pickle
        return Finding(gettext("{name} is a text file. torch.load reads what torch.save wrote.", name=name))
    module, _, last = word.rpartition(".")
    saved = _saved_here(case, argument)
    if word == "getattr" or word.endswith("__builtin__.getattr"):
        what = gettext(
            "{name} holds a method, not a state dict: state_dict was saved without parentheses. Save the network again "
            "with torch.save(net.state_dict(), path).",
            name=name,
        )
        return Finding(what)
    if _is_module(case, module, last):
        what = gettext(
            "{name} holds a whole network ({type}), not only its state dict. To make one from a file, code named in "
            "the file runs, and torch.load does not run code by default.",
            name=name,
            type=last,
        )
    elif module.startswith("numpy"):
        what = gettext(
            "{name} holds NumPy arrays or numbers beside tensors, and torch.load takes only tensors and plain Python "
            "values by default. Before saving, .item() or float() makes a plain number, and torch.from_numpy a tensor.",
            name=name,
        )
    else:
        what = gettext(
            "{name} holds an object of type {type}, and torch.load takes only tensors and plain Python values by "
            "default. To make such an object, code named in the file would run.",
            name=name,
            type=word,
        )
    trust = gettext("weights_only=False runs whatever the file asks for: use it only for a file that you trust.")
    if saved:
        trust = gettext(
            "weights_only=False runs whatever the file asks for, which is all right for a file of your own. In this "
            "session `{statement}` wrote a file of this name.",
            statement=saved,
        )
    return Finding(f"{what} {trust}", _trusting(case, node))


def _is_module(case: Case, module: str, name: str) -> bool:
    """Whether the class of that name, if it is there, is one of modules."""
    held: Any = _names(case, module).get(name)
    return is_a(held, type) and is_module_class(held)


def _names(case: Case, module: str) -> Mapping[str, Any]:
    """What a Python module that is loaded holds; the names of the prompt for ``__main__``."""
    if module == "__main__":
        return case.names
    found = sys.modules.get("copyreg" if module == "copy_reg" else module)
    return class_dict(types.ModuleType)["__dict__"].__get__(found) if type(found) is types.ModuleType else {}


def _trusting(case: Case, node: ast.Call) -> tuple[Fix, ...]:
    """The same with ``weights_only=False``, where all that the file names is there."""
    path = _path(case)
    named = globals_of_file(path) if path is not None else None
    if named is None or not all(_is_there(case, each) for each in named):
        return ()
    source = case.site.source
    given = next((each for each in node.keywords if each.arg == "weights_only"), None)
    if given is not None:
        return verified(case, Candidate(spliced(source, node, {given.value: "False"})))
    last = max((*node.args, *(each.value for each in node.keywords)), key=lambda each: (each.lineno, each.col_offset))
    text = f"{segment(source, last)}, weights_only=False"
    return verified(case, Candidate(spliced(source, node, {last: text})))


def _is_there(case: Case, word: str) -> bool:
    """Whether a function or class that a pickle names is there without importing anything."""
    module, _, name = word.rpartition(".")
    return name in _names(case, module)


def _saved_here(case: Case, argument: ast.expr) -> str:
    """The statement of this session that wrote the file: a torch.save with the same text for its name."""
    wanted = case.text(argument)
    for entry in earlier(case):
        tree = parsed(entry.source)
        for node in ast.walk(tree) if tree is not None and "save" in entry.source else ():
            match node:
                case ast.Call(func=ast.Attribute(attr="save", value=ast.Name(id="torch")), args=[_, where, *_]):
                    if in_one_line(entry.source, where) == wanted and isinstance(where, ast.Constant):
                        return entry.label
    return ""


def _class_missing(case: Case) -> Finding | None:
    """The file holds an object of a class that is not defined here."""
    found, held = _load(case), locals_of(case, "load", _FILE)
    if found is None or not held:
        return None
    _, argument = found
    word, module = case.match.group("name"), case.match.group("module")
    name = operand_text(case, argument)
    if module is not None:
        text = gettext(
            "{name} holds a whole object, such as a network, whose class is in a module {module}, and there is no such "
            "module here. The file needs the code that it was saved with. A state dict needs none.",
            name=name,
            module=module,
        )
        return Finding(text)
    others = [each for each in case.names if type(each) is str and isinstance(case.names[each], type)]
    close = near(word, others)
    text = gettext(
        "{name} holds a whole object of class {cls}, and {cls} is not defined here. Define the class first, as it was "
        "when the file was saved; a state dict does not need it.",
        name=name,
        cls=word,
    )
    if not close:
        return Finding(text)
    there = gettext("There is a class {other}.", other=close[0])
    return Finding(f"{text} {there}")


def _not_picklable(case: Case) -> Finding | None:
    """torch.save of an object that holds a lambda, a generator, an open file."""
    match case.node:
        case ast.Call(args=[given, *_]) as node if locals_of(case, "save", _FILE):
            pass
        case _:
            return None
    held = locals_of(case, "save", _FILE).get("obj")
    name, what = operand_text(case, given), case.match.group(0)
    what = gettext("a lambda") if "lambda" in what else _type_in(case)
    if not what:
        return None
    if kind_of(held) is Kind.MODULE:
        text = gettext(
            "torch.save pickles the whole {name} ({type}), and it holds {what}, which cannot be pickled. Save its "
            "state dict instead: that is only names and tensors.",
            name=name,
            type=type_name(held),
            what=what,
        )
        new = Candidate(spliced(case.site.source, node, {given: f"{segment(case.site.source, given)}.state_dict()"}))
        plain = isinstance(given, (ast.Name, ast.Attribute, ast.Subscript))
        return Finding(text, verified(case, new) if plain else ())
    text = gettext(
        "torch.save pickles what it is given, and {name} is or holds {what}, which cannot be pickled.",
        name=name,
        what=what,
    )
    return Finding(text)


def _type_in(case: Case) -> str:
    found = case.match.groupdict().get("type")
    return gettext("an object of type {type}", type=found) if found else gettext("a function defined inside another")


BEFORE = ("python.missing", "modules.subclass")

RULES = (
    Rule(
        "weights_only",
        ("UnpicklingError",),
        r"Weights only load failed.*Unsupported (?:global: GLOBAL|class) (?P<name>[\w.]+)",
        _refused,
        more="saving/weights-only",
    ),
    Rule(
        "missing class",
        ("AttributeError", "ModuleNotFoundError"),
        r"^Can't get attribute '(?P<name>\w+)' on <module|^No module named '(?P<module>[\w.]+)'",
        _class_missing,
        more="saving/whole-network",
        only_torch=False,
    ),
    Rule(
        "not picklable",
        ("PicklingError", "AttributeError", "TypeError"),
        r"[Cc]an't pickle (?:<function .*<lambda>|local object)|cannot pickle '(?P<type>[\w.]+)' object",
        _not_picklable,
        more="saving/whole-network",
        only_torch=False,
    ),
)
