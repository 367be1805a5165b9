"""torch.load of a file that torch.save did not write, or that is not whole."""

from __future__ import annotations

import ast
import io
import os

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.checkpoint_file import is_regular_file, kind_of_file, read_on_meta
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext, ngettext

_KINDS = {
    "empty": N_("{name} is empty: it has 0 bytes, so there is nothing in it to load."),
    "git lfs": N_(
        "{name} is a Git LFS pointer, a small text file in the place of the real one. git lfs pull fetches the real "
        "file."
    ),
    "html": N_(
        "{name} is a web page (HTML), not a checkpoint. A download gives such a page where it would need a login or a "
        "confirmation first."
    ),
    "npy": N_("{name} is an array that np.save wrote. np.load reads it, and torch.from_numpy makes a tensor of it."),
    "npz": N_(
        "{name} holds arrays that np.savez wrote. np.load reads it, and torch.from_numpy makes a tensor of each."
    ),
    "hdf5": N_(
        "{name} is an HDF5 file, which h5py reads. Keras saves such files. torch.load reads what torch.save wrote."
    ),
    "safetensors": N_("{name} is a safetensors file. safetensors.torch.load_file reads it, and gives a state dict."),
    "pickle": N_(
        "{name} was written by pickle.dump, not by torch.save. pickle.load reads it, and runs whatever the file asks "
        "for: use it only for a file that you trust."
    ),
    "gzip": N_("{name} is compressed with gzip. Unpack it first: torch.load reads what torch.save wrote."),
    "image": N_("{name} is an image. torch.load reads what torch.save wrote, and PIL or torchvision reads images."),
    "text": N_("{name} is a text file. torch.load reads what torch.save wrote."),
    "other zip": N_(
        "{name} is a zip archive that torch.save did not write. Unpack it first: the checkpoint may be in it."
    ),
    "script": N_("{name} is a TorchScript program, which torch.jit.load reads."),
}


def _not_a_checkpoint(case: Case) -> Finding | None:
    held = locals_of(case, "load", "torch/serialization.py") or locals_of(case, "load", "torch/jit/_serialization.py")
    path = held.get("f")
    if (buffer := _at_its_end(case, path)) is not None:
        return buffer
    match case.node:
        case ast.Call(args=[argument, *_]) if is_regular_file(path):
            name = operand_text(case, argument)
        case _:
            return None
    kind = kind_of_file(str(path))
    if kind == "cut off":
        size = os.stat(str(path)).st_size
        text = ngettext(
            "{name} was written by torch.save, but its end is missing: it has {count} byte. That happens "
            "when saving, copying or downloading is broken off.",
            "{name} was written by torch.save, but its end is missing: it has {count} bytes. That happens "
            "when saving, copying or downloading is broken off.",
            size,
            name=name,
        )
        return Finding(text)
    if kind == "zip" and "torch/jit" in _innermost(case):
        text = gettext(
            "{name} was written by torch.save, which torch.load reads. torch.jit.load reads what torch.jit.save wrote.",
            name=name,
        )
        load = Candidate(f"torch.load({segment(case.site.source, argument)})")
        return Finding(text, verified(case, load) if read_on_meta(path) is not None else ())
    if kind not in _KINDS:
        return None
    text = gettext(_KINDS[kind], name=name)
    if kind == "npy" and "np" in case.names:
        load = Candidate(f"torch.from_numpy(np.load({segment(case.site.source, argument)}))")
        return Finding(text, verified(case, load))
    return Finding(text)


def _at_its_end(case: Case, held: object) -> Finding | None:
    """``torch.load(buffer)`` right after ``torch.save(…, buffer)``: it is read from where the writing has ended."""
    match case.node:
        case ast.Call(args=[ast.Name(id=name), *_]) if type(held) is io.BytesIO:
            pass
        case _:
            return None
    if not held.getbuffer().nbytes or held.tell() < held.getbuffer().nbytes:
        return None
    text = gettext(
        "{name} stands at its end, where torch.save has stopped to write, so there is nothing left to read. "
        "{name}.seek(0) goes back to its beginning.",
        name=name,
    )
    line = case.site.line
    code = f"{name}.seek(0)\n{segment(case.site.source, line)}"
    return Finding(text, verified(case, Candidate(code, replaces_line=True)) if not case.site.is_nested else ())


def _innermost(case: Case) -> str:
    frames = case.inner_frames
    return frames[-1].f_code.co_filename.replace(os.sep, "/") if frames else ""


BEFORE = ("containers.key",)

RULES = (
    Rule(
        "file kind",
        ("UnpicklingError", "RuntimeError", "EOFError", "KeyError", "UnicodeDecodeError", "ValueError", "IndexError"),
        r"Unsupported operand \d+|invalid load key|PytorchStreamReader failed|Invalid magic number|^\d*$|^Ran out "
        r"of input"
        r"|Memo value not found|is not in a subdirectory|stack underflow|could not find MARK|data was "
        r"truncated|codec can't decode byte|pop from empty list|Weights only load failed(?!.*Unsupported "
        r"(?:global|class))",
        _not_a_checkpoint,
        more="saving/file-kinds",
    ),
)
