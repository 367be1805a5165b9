"""The functions of torch that were running when it failed, and what they hold."""

from __future__ import annotations

import os
import types
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.locate import frames_of

_MOST_FRAMES = 2_000


def locals_of(case: Case, function: str, file: str) -> Mapping[str, Any]:
    """The locals of the outermost frame of a library that runs ``function`` in ``file``; empty where there is none.

    ``file`` is the end of a path with forward slashes, ``torch/nn/modules/module.py``, so that a function of the same
    name elsewhere does not count. The values are the learner's objects, only to be read.
    """
    return _first(case.inner_frames, function, file)


def locals_around(case: Case, function: str, file: str) -> Mapping[str, Any]:
    """The same of a frame that may lie outside of the learner's, such as that of a loader that called their dataset."""
    entries = islice(frames_of(case.error.__traceback__), _MOST_FRAMES)
    return _first((each.tb_frame for each in entries), function, file)


def _first(frames: Iterable[types.FrameType], function: str, file: str) -> Mapping[str, Any]:
    for frame in frames:
        name = frame.f_code.co_filename.replace(os.sep, "/")
        if frame.f_code.co_name == function and name.endswith(file):
            return frame.f_locals
    return {}
