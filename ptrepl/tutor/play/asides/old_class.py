"""An object of a class that was written anew behind it: it still does what the class did when it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ptrepl.engine.watch.kinds import module_name, type_name
from ptrepl.texts.messages import gettext


def old_class(names: Iterable[str], namespace: Mapping[str, Any], line_of: Callable[[str], str]) -> str:
    """What to say of one of ``names``, whose class has been written anew since it was made; "" where none has.

    ``line_of`` gives the line that made a name; "" where it is not known, or no short one.
    """
    name = next((each for each in sorted(names) if is_outdated(namespace.get(each), namespace)), None)
    if name is None:
        return ""
    line, cls = line_of(name), type_name(namespace[name])
    if line:
        return gettext(
            "`{name}` was made by {cls} as it was before. Make it again: `{line}`.", name=name, cls=cls, line=line
        )
    return gettext("`{name}` was made by {cls} as it was before. Make it again.", name=name, cls=cls)


def is_outdated(value: object, namespace: Mapping[str, Any]) -> bool:
    """Whether the namespace has another class under the name of the one that ``value`` was made from."""
    cls = type(value)
    now = namespace.get(type_name(value))
    if type(now) is not type or now is cls:
        return False
    return module_name(cls) == namespace.get("__name__")
