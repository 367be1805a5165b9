"""Makes what shells and ``man`` read of the command line: docs/ptrepl.1 and docs/completion/, from the parser."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ptrepl.settings.arguments import command_line_parser  # noqa: E402

HERE = Path(__file__).parent
SHELLS = {"bash": "ptrepl.bash", "zsh": "_ptrepl", "tcsh": "ptrepl.tcsh"}
_FILES = ("--check", "--collect", "--export-answers", "--new", "-o")
_CHOICES = {
    "--device": ("auto", "cpu", "cuda", "mps", "xpu", "meta"),
    "--xray": ("off", "line", "full"),
}


def files() -> dict[str, str]:
    """File, as a path below ``docs`` → its text."""
    made = {f"completion/{name}": shtab.complete(_parser(), shell) for shell, name in SHELLS.items()}
    made["ptrepl.1"] = _manual()
    return made


def _parser() -> argparse.ArgumentParser:
    """The parser, with what completion needs to know beside it; FILE.py too."""
    parser = command_line_parser()
    for action in parser._actions:
        option = action.option_strings[-1]
        if option in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        action.choices = _CHOICES.get(option)
    parser.add_argument("file", nargs="?", help="a script to run").complete = shtab.FILE  # type: ignore[attr-defined]
    return parser


def _manual() -> str:
    parser = command_line_parser()
    parser.man_short_description = "the Python prompt that teaches PyTorch"  # type: ignore[attr-defined]
    parser.usage = "ptrepl [OPTION…] [FILE.py [ARG…]]"
    parser.formatter_class = argparse.HelpFormatter
    text = str(Manpage(parser, format="single-commands-section"))
    # the date would make another file of it every day
    first, _, rest = text.partition("\n")
    return f'.TH PTREPL "1" "" "ptrepl" "User Commands"\n{rest}' if first.startswith(".TH") else text


def main() -> None:
    """Write them."""
    for name, text in files().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
