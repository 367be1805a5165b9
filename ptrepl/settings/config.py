"""The configuration: its keys, and TOML text → the values to use, with a line for whatever cannot be used. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ptrepl.engine.run.device import check_spelling
from ptrepl.errors import DeviceError, UsageError
from ptrepl.nearest import nearest
from ptrepl.texts.messages import N_, gettext

Value = str | int | bool | None
_MOST_SHOWN = 40
"""Characters of a value."""


class Key(NamedTuple):
    """One key of the file. ``wants``: a sentence that says what ``accepts`` takes; ``summary``: one for ``%config``."""

    name: str
    default: Value
    wants: str
    accepts: Callable[[object], bool]
    summary: str


class Config(NamedTuple):
    """What the file says: only values that can be used. ``problems``: one line for each that cannot."""

    path: str
    values: Mapping[str, Value] = MappingProxyType({})
    problems: tuple[str, ...] = ()


def _one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in words


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_seed(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**64


def _is_device(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(check_spelling(value))
    except DeviceError:
        return False


def _is_path(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value


def _is_language(value: object) -> bool:
    from ptrepl.texts.language import CODE

    return isinstance(value, str) and CODE.fullmatch(value.casefold().replace("_", "-")) is not None


_YES_OR_NO = N_("It can be true or false.")
KEYS: tuple[Key, ...] = (
    Key(
        "xray",
        "line",
        N_("It can be off, line or full."),
        _one_of("off", "line", "full"),
        N_("How much each statement shows of its tensors."),
    ),
    Key(
        "device",
        "auto",
        N_("It can be auto, cpu, cuda, cuda:1, mps, xpu or meta."),
        _is_device,
        N_("Which device the name device stands for: auto is the accelerator if there is one."),
    ),
    Key("seed", None, N_("It can be a whole number of 64 bits."), _is_seed, N_("Seeds the random numbers.")),
    Key("vi", False, _YES_OR_NO, _is_bool, N_("Whether the prompt has the keys of vi.")),
    Key(
        "suggest", True, _YES_OR_NO, _is_bool, N_("Whether the prompt suggests the rest of the line, from the history.")
    ),
    Key(
        "theme",
        "auto",
        N_("It can be auto, dark, light or none."),
        _one_of("auto", "dark", "light", "none"),
        N_("The colours, for a dark or a light background, or none at all."),
    ),
    Key(
        "images",
        "auto",
        N_("It can be auto, kitty, iterm, sixel, blocks or off."),
        _one_of("auto", "kitty", "iterm", "sixel", "blocks", "off"),
        N_("How figures are drawn: auto asks the terminal, off names their files."),
    ),
    Key("plain", False, _YES_OR_NO, _is_bool, N_("Plain linear text: no colours, no full-screen editing.")),
    Key(
        "language",
        None,
        N_("It can be a language code, such as zh or pt-br."),
        _is_language,
        N_("The language of ptrepl and of lessons that are translated into it; left out, the one of the terminal."),
    ),
    Key(
        "startup",
        None,
        N_("It can be the path of a Python file."),
        _is_path,
        N_("A Python file that is run before the first prompt."),
    ),
    Key("traps", True, _YES_OR_NO, _is_bool, N_("Whether ptrepl points out what ran but was probably not meant.")),
    Key("history", True, _YES_OR_NO, _is_bool, N_("Whether what you type is kept for the next session.")),
)
_BY_NAME = {key.name: key for key in KEYS}
_OTHER_SPELLINGS = {"colour": "theme", "color": "theme", "colors": "theme", "colours": "theme"}


def parse_config(text: str, path: str) -> Config:
    """The settings in ``text``. Never raises: what cannot be used is a problem, ``path:line: message``."""
    import tomllib

    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        return Config(path, problems=(_not_toml(str(error), text, path),))
    values: dict[str, Value] = {}
    problems = []
    for name, value in table.items():
        wrong = _problem(name, value)
        if wrong is None:
            values[name] = value
        else:
            problems.append(f"{path}:{_line_of(name, text)}: {wrong}")
    return Config(path, values, tuple(problems))


def parse_value(name: str, text: str) -> Value:
    """``text``, typed as the value of ``name``: TOML, or a word without its quotation marks. Raises UsageError."""
    import tomllib

    if name not in _BY_NAME:
        raise UsageError(_unknown(name))
    key = _BY_NAME[name]
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    if not key.accepts(value):
        raise UsageError(_refused(key, value))
    found: Value = value
    return found


def toml_text(value: object) -> str:
    """``value`` as it is written in the file; for None, which cannot be, a word that says so."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(_escaped(character) for character in escaped) + '"'
    return gettext("not set") if value is None else str(value)


def _escaped(character: str) -> str:
    return character if character.isprintable() else f"\\u{min(ord(character), 0xFFFF):04x}"


def _problem(name: str, value: object) -> str | None:
    key = _BY_NAME.get(name)
    if key is None:
        left_out = gettext("It is left out.")
        return f"{_unknown(name)} {left_out}"
    if not key.accepts(value):
        if key.default is None:
            instead = gettext("It is left out.")
        else:
            instead = gettext("The default, {value}, is used.", value=toml_text(key.default))
        return f"{_refused(key, value)} {instead}"
    return None


def _refused(key: Key, value: object) -> str:
    from ptrepl.texts.cut import cut

    said = gettext("{name} cannot be {value}.", name=key.name, value=cut(toml_text(value), _MOST_SHOWN))
    return f"{said} {gettext(key.wants)}"


def _unknown(name: str) -> str:
    near = _OTHER_SPELLINGS.get(name.casefold()) or nearest(name, _BY_NAME)
    if near is not None:
        return gettext("There is no setting {name}. Did you mean {other}?", name=name, other=near)
    return gettext("There is no setting {name}; there are {names}.", name=name, names=", ".join(_BY_NAME))


def _not_toml(reason: str, text: str, path: str) -> str:
    match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", reason)
    line = match[1] if match and match[1] else text.rstrip("\n").count("\n") + 1
    said = reason[: match.start()] if match else reason.rstrip(".")
    message = gettext("this is not TOML ({reason}), so the defaults are used.", reason=said)
    return f"{path}:{line}: {message}"


def _line_of(name: str, text: str) -> int:
    """The line, from 1, where the key or table ``name`` begins."""
    pattern = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}[\"']?\s*[=.\]]")
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 1)
