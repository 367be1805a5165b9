"""Names of files: no such file, no such folder, a folder in the place of a file, arguments in the wrong order."""

from __future__ import annotations

import ast
import io
import os
import re
from itertools import islice

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_LISTED = 5_000
_FILE = "torch/serialization.py"


def _no_file(case: Case) -> Finding | None:
    path = case.error.filename if type(case.error) is FileNotFoundError else None
    if type(path) is not str or not path or not locals_of(case, "load", _FILE):
        return None
    folder, name = os.path.split(path)
    if not os.path.isdir(folder or "."):
        text = gettext("There is no folder {folder} here, so no file {path} either.", folder=folder, path=path)
    elif os.path.isabs(path):
        text = gettext("In the folder {folder} there is no file {name}.", folder=folder, name=name)
    else:
        text = gettext(
            "There is no file {path} here. A path without a / at its start begins at the current folder, {here}.",
            path=path,
            here=os.getcwd(),
        )
    close = _near(folder, name)
    if not close:
        return Finding(text)
    there = gettext("There is a file {other}.", other=os.path.join(folder, close[0]))
    if re.sub(r"\d+", "", close[0]) == re.sub(r"\d+", "", name) and close[0] != name:
        return Finding(f"{text} {there}")  # that of another epoch holds other weights
    return Finding(f"{text} {there}", _other(case, path, os.path.join(folder, close[0])))


def _near(folder: str, name: str) -> list[str]:
    """Files in ``folder`` whose names look like ``name``, above all those that differ only in what follows the dot."""
    try:
        with os.scandir(folder or ".") as entries:
            names = [each.name for each in islice(entries, _MOST_LISTED) if each.is_file()]
    except OSError:
        return []
    stem = os.path.splitext(name)[0].casefold()
    same = [each for each in names if os.path.splitext(each)[0].casefold() == stem]
    return sorted(same) or near(name, names, 0.8)


def _other(case: Case, path: str, other: str) -> tuple[Fix, ...]:
    """The call with the other name, where it is written in it."""
    node = case.node
    if not isinstance(node, ast.Call) or not node.args:
        return ()
    given = node.args[0]
    if not isinstance(given, ast.Constant) or given.value != path:
        return ()
    return verified(
        case, Candidate(spliced(case.site.source, node, {given: f'"{other}"' if '"' not in other else repr(other)}))
    )


def _is_folder(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(args=args) if args and (locals_of(case, "load", _FILE) or locals_of(case, "save", _FILE)):
            pass
        case _:
            return None
    saving = bool(locals_of(case, "save", _FILE)) and len(args) > 1
    argument = args[1] if saving else args[0]
    path = locals_of(case, "save" if saving else "load", _FILE).get("f")
    if type(path) is not str or not os.path.isdir(path):
        return None
    text = gettext(
        '{name} is a folder. torch.save and torch.load take the name of a file in it, such as "{path}".',
        name=operand_text(case, argument),
        path=os.path.join(path, "net.pt"),
    )
    return Finding(text)


def _no_folder(case: Case) -> Finding | None:
    path = locals_of(case, "save", _FILE).get("f")
    folder = case.match.group(1)
    if type(path) is not str or os.path.isdir(folder):
        return None
    text = gettext("There is no folder {folder} here, and torch.save makes none. os.makedirs makes one.", folder=folder)
    line = case.site.line
    code = f"import os\nos.makedirs({folder!r}, exist_ok=True)\n{segment(case.site.source, line)}".replace("'", '"')
    if case.site.is_nested or line is not case.site.statement or folder != os.path.dirname(path) or '"' in folder:
        return Finding(text)
    return Finding(text, verified(case, Candidate(code, replaces_line=True)))


def _swapped(case: Case) -> Finding | None:
    """``torch.save("net.pt", net.state_dict())``."""
    match case.node:
        case ast.Call(args=[first, second]) as node:
            held = locals_of(case, "save", _FILE)
        case _:
            return None
    source = case.site.source
    if type(held.get("obj")) is not str:
        text = gettext(
            "torch.save takes what is to be saved, then the name of a file. {name} is of type {type}.",
            name=operand_text(case, second),
            type=type_name(held.get("f")),
        )
        return Finding(text)
    text = gettext("torch.save takes what is to be saved first, then the name of the file: the two are swapped here.")
    new = spliced(source, node, {first: segment(source, second), second: segment(source, first)})
    return Finding(text, verified(case, Candidate(new)))


def _only_one(case: Case) -> Finding | None:
    """``torch.save(net.state_dict())``."""
    match case.node:
        case ast.Call(args=[given], keywords=[]) as node if case.text(node.func) == "torch.save":
            text = gettext(
                'torch.save takes the name of a file as well: torch.save({given}, "net.pt").',
                given=operand_text(case, given),
            )
            return Finding(text)
    return None


def _not_a_file(case: Case) -> Finding | None:
    """``torch.load(net)``, ``torch.load(saved)``: not the name of a file."""
    held = locals_of(case, "load", _FILE)
    match case.node:
        case ast.Call(args=[argument, *_]) as node if held:
            given = held.get("f")
        case _:
            return None
    name = operand_text(case, argument)
    if kind_of(given) is Kind.MODULE:
        text = gettext(
            "torch.load takes the name of a file, and {name} is a network. To load a state dict into it: "
            "{name}.load_state_dict(torch.load(path)).",
            name=name,
        )
        return Finding(text)
    if not is_plain_dict(given):
        text = gettext(
            "torch.load takes the name of a file, and {name} is of type {type}.", name=name, type=type_name(given)
        )
        return Finding(text)
    text = gettext("torch.load takes the name of a file, and {name} is a dict, which needs no loading.", name=name)
    whole = case.parents[0] if case.parents else None
    if isinstance(whole, ast.Call) and node in whole.args:
        source = case.site.source
        return Finding(
            text, verified(case, Candidate(spliced(source, whole, {node: segment(source, argument)}), of=whole))
        )
    return Finding(text)


def _as_text(case: Case) -> Finding | None:
    """``open(path)`` without ``"rb"``, handed to torch.load; or without ``"wb"`` to torch.save."""
    saving = locals_of(case, "save", _FILE)
    given = (saving or locals_of(case, "load", _FILE)).get("f")
    if type(given) is not io.TextIOWrapper:
        return None
    if saving:
        return Finding(
            gettext('torch.save writes bytes, and this file was opened for text. open(path, "wb") opens it for bytes.')
        )
    return Finding(
        gettext('torch.load reads bytes, and this file was opened as text. open(path, "rb") opens it for bytes.')
    )


BEFORE = (
    "arrays.argument_types",
    "modules.subclass",
    "saving.not_a_network",
    "saving.optimizer_state",
    "saving.file_kind",
)

_MORE = "saving/paths"

RULES = (
    Rule("missing file", ("FileNotFoundError",), r"No such file or directory", _no_file, more=_MORE),
    Rule(
        "folder",
        ("IsADirectoryError", "RuntimeError", "PermissionError"),
        r"Is a directory|Permission denied",
        _is_folder,
        more=_MORE,
    ),
    Rule("missing folder", ("RuntimeError",), r"^Parent directory (.+) does not exist", _no_folder, more=_MORE),
    Rule(
        "swapped", ("AttributeError",), r"^expected 'f' to be string, path, or a file-like object", _swapped, more=_MORE
    ),
    Rule(
        "no name",
        ("TypeError",),
        r"^save\(\) missing 1 required positional argument: 'f'",
        _only_one,
        more=_MORE,
    ),
    Rule(
        "text file",
        ("UnicodeDecodeError", "TypeError"),
        r"codec can't decode byte|^write\(\) argument must be str",
        _as_text,
        more=_MORE,
        only_torch=False,
    ),
    Rule(
        "file argument",
        ("AttributeError",),
        r"object has no attribute '(?:seek|readinto|read|tell)'",
        _not_a_file,
        more=_MORE,
    ),
)
