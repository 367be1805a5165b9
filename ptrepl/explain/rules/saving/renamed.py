"""A state dict whose keys differ from those of the network in one name alone: ``head`` for ``bev_head``."""

from __future__ import annotations

from collections.abc import Sequence


def renamed_part(saved: Sequence[str], wanted: Sequence[str]) -> tuple[str, str] | None:
    """The beginning of the saved keys that stands for another in the wanted ones: ``("head.", "bev_head.")``.

    None where more than one name differs, or where the replacement would not give exactly the wanted keys.
    """
    found: set[tuple[str, str]] = set()
    for one, two in zip(saved, wanted, strict=True):
        if one != two:
            old, new = one.split("."), two.split(".")
            while old and new and old[-1] == new[-1]:
                old, new = old[:-1], new[:-1]
            found.add((".".join([*old, ""]), ".".join([*new, ""])))
    if len(found) != 1:
        return None
    old_part, new_part = found.pop()
    if not old_part.strip(".") or not new_part.strip("."):
        return None
    anew = [new_part + key.removeprefix(old_part) if key.startswith(old_part) else key for key in saved]
    return (old_part, new_part) if anew == [*wanted] and len({*anew}) == len(anew) else None


def renaming(given: str, saved: Sequence[str], old: str, new: str) -> str:
    """The dict ``given`` with the new beginning of its keys, as code."""
    if all(key.count(old) == key.startswith(old) for key in saved):
        anew = f'key.replace("{old}", "{new}")'  # not a sentence: Python
    else:
        anew = f'"{new}" + key.removeprefix("{old}") if key.startswith("{old}") else key'  # not a sentence: Python
    return f"{{{anew}: value for key, value in {given}.items()}}"  # not a sentence: Python
