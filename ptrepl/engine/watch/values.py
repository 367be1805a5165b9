"""What may be said of a tensor's contents without cost: for small tensors on the CPU only."""

from __future__ import annotations

import sys
from typing import Any

from ptrepl.engine.watch.contents import in_dispatch_mode, without_overrides
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.notes import HasInf, HasNan, NotContiguous, Note


def value_notes(tensor: Any, seen: Seen) -> list[Note]:
    """``NotContiguous``, ``HasNan``, ``HasInf``. Call inside ``torch_functions_off()``."""
    notes: list[Note] = []
    torch = sys.modules["torch"]
    try:
        if not base_attribute("is_contiguous")(tensor):
            notes.append(NotContiguous())
    except Exception:
        pass  # sparse and nested tensors have no such notion
    if not seen.readable or in_dispatch_mode() or not seen.is_there():
        return notes
    try:
        contents = without_overrides(tensor).detach()
        if not (contents.is_floating_point() or contents.is_complex()):
            return notes
        if not bool(torch.isfinite(contents).all()):
            if bool(torch.isnan(contents).any()):
                notes.append(HasNan())
            if bool(torch.isinf(contents).any()):
                notes.append(HasInf())
    except Exception:
        pass  # float8 and its kin have no isnan on the CPU
    return notes
