"""The string keys of dictionaries, quoted as they are being typed."""

from __future__ import annotations

from ptrepl.engine.watch.kinds import is_a, own_dict
from ptrepl.shell.complete.known import Known, KnownObject


def key_names(known: Known | None) -> list[str]:
    """The ``str`` keys, in their own order; of a ``ModuleDict`` or ``ParameterDict`` the names of its parts."""
    if not isinstance(known, KnownObject):
        return []
    value = known.value
    if is_a(value, dict):
        return [key for key in list(dict.keys(value)) if type(key) is str]
    own = own_dict(value)
    return [key for key in own.get("_modules") or own.get("_keys") or () if type(key) is str]


def quoted(text: str, quote: str, letters: str = "") -> str | None:
    """``text`` as it stands between two ``quote`` in source; None where a raw string cannot hold it."""
    if text.isprintable() and quote[:1] not in text and "\\" not in text:
        return text
    if "r" in letters.lower():
        return None if quote[0] in text or text.endswith("\\") else text
    escaped = text.replace("\\", "\\\\").replace(quote[0], f"\\{quote[0]}")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in escaped)
