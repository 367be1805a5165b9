"""What really came out of the code that a ``predict`` step shows, in the form of an answer."""

from __future__ import annotations

from typing import Any

from ptrepl.tutor.check.answers import Answer, DeviceAnswer, Dtype, Nothing, Numbers, WordAnswer, read_answer, stacked
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method, own


def truth_of(value: Any, printed: str = "") -> Answer | None:
    """The Answer that ``value`` is, or for None the last line that was printed; None where it cannot be typed."""
    if value is None:
        lines = printed.strip().splitlines()
        return (read_answer(printed) or read_answer(lines[-1]) or WordAnswer(lines[-1].strip())) if lines else Nothing()
    if is_tensor_value(value):
        try:
            return _nested(method("tolist", copy_of(value)))
        except NoCopy:
            return None
    if isinstance(value, own().torch.dtype):
        return Dtype(str(value).removeprefix("torch."))
    if isinstance(value, own().torch.device):
        return DeviceAnswer(value.type)
    if isinstance(value, (list, tuple)):
        return stacked([truth_of(item) for item in value])
    if isinstance(value, str):
        return WordAnswer(value)
    if type(value).__name__.rstrip("0123456789").endswith("Backward"):
        return WordAnswer(type(value).__name__)
    if hasattr(value, "tolist") and type(value).__module__ == "numpy":
        return _nested(value.tolist())
    return _nested(value)


def _nested(value: Any) -> Answer | None:
    if isinstance(value, (bool, int, float, complex)):
        return Numbers((value,), ())
    return stacked([_nested(item) for item in value]) if isinstance(value, list) else None
