"""``import torch``, and the one line that says why it failed."""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import suppress
from types import ModuleType

from ptrepl.errors import PtreplError
from ptrepl.shell.resilience.own_imports import is_torch
from ptrepl.texts.messages import gettext


def import_torch() -> ModuleType:
    """torch, with ``torch.nn.functional``. Raises PtreplError, with ``failure`` as its message.

    What is no torch, but a file of its name, does not stay imported: code that asks for it gets what Python finds.
    """
    try:
        import torch
        import torch.nn.functional
    except BaseException as error:  # SystemExit too: whatever lies there under the name of torch
        failed = failure(error)
        if not hasattr(sys.modules.get("torch"), "Tensor"):
            sys.modules.pop("torch", None)
        raise failed from error
    return torch


def failure(error: BaseException) -> PtreplError:
    """What is said of ``error``, which ``import torch`` has raised: the reason, and the file that is to be renamed."""
    lines = str(error).strip().splitlines()
    reason = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    if path := _impostor():
        said = gettext(
            "torch could not be imported: {path} stands in its place ({reason}). Rename that file.",
            path=path,
            reason=reason,
        )
    elif isinstance(error, ModuleNotFoundError) and error.name == "torch":
        said = gettext("torch could not be imported ({reason}). Is it installed? Try ptrepl --doctor.", reason=reason)
    elif path := _culprit(error):
        said = gettext(
            "torch could not be imported: its import ran {path}, which failed ({reason}). "
            "If that file is yours, rename it.",
            path=path,
            reason=reason,
        )
    else:
        said = gettext("torch could not be imported ({reason}). Try ptrepl --doctor.", reason=reason)
    return PtreplError(said)


def _impostor() -> str:
    with suppress(ImportError, ValueError, AttributeError):
        spec = importlib.util.find_spec("torch")
        if spec is not None and spec.origin and not is_torch(spec.origin):
            return spec.origin
    return ""


def _culprit(error: BaseException) -> str:
    """The file, outside the libraries, that raised ``error``; "" if it was none."""
    from ptrepl.engine.run.failure import is_learner_file

    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = "" if trace is None else trace.tb_frame.f_code.co_filename
    return name if os.path.isfile(name) and is_learner_file(name) else ""
