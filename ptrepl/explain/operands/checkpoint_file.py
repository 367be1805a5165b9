"""What a file is that torch.load was given, told from its first bytes and without running anything in it."""

from __future__ import annotations

import os
import pickle
import pickletools
import stat
import sys
import types
import zipfile
import zlib
from typing import Any

from ptrepl.engine.watch.kinds import is_a, module_name
from ptrepl.explain.standins.torch_code import is_of_torch

_HEAD = 512
_MOST_BYTES = 1 << 31
_MOST_PICKLE = 1 << 24
_MOST_OPERATIONS = 200_000
_OLD_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_SIGNS = (
    (b"version https://git-lfs", "git lfs"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF\r\n", "hdf5"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
)
_UNREADABLE = (OSError, ValueError, LookupError, EOFError, TypeError, AttributeError, RuntimeError)
"""What zipfile, pickletools and torch raise for a file that they cannot read, among others of their own."""


def is_regular_file(path: Any) -> bool:
    """Whether ``path`` is the name of a file that can be read: no folder, no pipe."""
    if type(path) is not str:
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def kind_of_file(path: str) -> str:
    """``zip`` or ``old`` for what torch.save writes, ``cut off`` for a part of it, ``pickle``, ``html``, ``empty`` …

    "" where that is not known, or the file cannot be read.
    """
    if not is_regular_file(path):
        return ""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    if not head:
        return "empty"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "old" if head[2:].startswith(_OLD_MAGIC) else "pickle"
    if head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < os.stat(path).st_size:
        return "safetensors"
    if head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "html"
    return "text" if _is_text(head) else ""


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", "ignore")
    except ValueError:
        return False
    return bool(text) and all(each.isprintable() or each in "\n\r\t" for each in text) and b"\x00" not in head


def _kind_of_zip(path: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return "cut off"
    if any(name.endswith("/data.pkl") for name in names):
        return "script" if any(name.endswith("/constants.pkl") for name in names) else "zip"
    return "npz" if names and all(name.endswith(".npy") for name in names) else "other zip"


def globals_of_file(path: str) -> tuple[str, ...] | None:
    """The functions and classes that a file of torch.save names, ``argparse.Namespace``; None if they are not known.

    The pickle in it is only disassembled.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(each for each in archive.namelist() if each.endswith("/data.pkl"))
            if archive.getinfo(name).file_size > _MOST_PICKLE:
                return None
            raw = archive.read(name)
        found = []
        for count, (operation, argument, _) in enumerate(pickletools.genops(raw)):
            if operation.name == "STACK_GLOBAL" or count > _MOST_OPERATIONS:
                return None
            if operation.name == "GLOBAL":
                module, _, word = str(argument).partition(" ")
                found.append(f"{'builtins' if module == '__builtin__' else module}.{word}")
        return tuple(dict.fromkeys(found))
    except (*_UNREADABLE, StopIteration, zipfile.BadZipFile, zlib.error):
        return None


def _is_torchs(allowed: Any) -> bool:
    """Whether what the unpickler may call is torch's: the learner may have added a class of their own."""
    if type(allowed) is types.FunctionType:
        return is_of_torch(allowed)
    return is_a(allowed, type) and module_name(allowed).startswith("torch.")


def read_on_meta(path: Any) -> Any:
    """What ``torch.load(path)`` would give, its tensors on ``meta``; None where it gives nothing, or may run code.

    The contents of the tensors are not read, and torch's own unpickler for weights refuses everything else.
    """
    torch = sys.modules["torch"]
    if not is_regular_file(path) or os.stat(path).st_size > _MOST_BYTES or kind_of_file(path) != "zip":
        return None
    if not is_of_torch(torch.load) or not all(map(_is_torchs, torch.serialization.get_safe_globals())):
        return None
    try:
        return torch.load(path, map_location="meta", weights_only=True)
    except (*_UNREADABLE, pickle.UnpicklingError):
        return None
