"""Which languages a person reads, told from the configuration and the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping

CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
"""A language code as a folder is named: zh, pt-br."""
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_WRITTEN_IN = "en"


def languages(configured: str | None, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The codes to look for, the best first; none where the text as it is written will do.

    ``configured`` wins over the first of LC_ALL, LC_MESSAGES and LANG that is set, as in ``zh_CN.UTF-8``.
    """
    said = configured or next((value for name in _VARIABLES if (value := environment.get(name))), "")
    code = re.split(r"[.@]", said)[0].replace("_", "-").casefold()
    if not CODE.fullmatch(code) or code.partition("-")[0] == _WRITTEN_IN:
        return ()
    return tuple(dict.fromkeys((code, code.partition("-")[0])))
