"""The command line → ``Arguments``. Imports nothing that is slow: argparse only where there is an option to read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ptrepl import __version__
from ptrepl.engine.run.device import check_spelling
from ptrepl.errors import UsageError
from ptrepl.nearest import nearest
from ptrepl.screen.printer import is_terminal
from ptrepl.screen.wrap import fill
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    import argparse


XRAY_MODES = ("off", "line", "full")


class Arguments(NamedTuple):
    """What the user asked for; a named tuple, which is made in a fifth of the time of a dataclass."""

    file: str | None = None
    code: str | None = None
    script_arguments: tuple[str, ...] = ()
    stay: bool = False
    lesson: str | None = None
    show_list: bool = False
    trust: bool = False
    device: str | None = None
    """None where it was not given, here and below: the configuration decides."""
    xray: str | None = None
    plain: bool | None = None
    seed: int | None = None
    doctor: bool = False
    reset: str | None = None
    notebook: str | None = None
    output: str | None = None
    """The file that ``--notebook`` writes, or the beginning of the names of those of ``--collect``."""
    collect: tuple[str, ...] | None = None
    export_answers: str | None = None
    check: tuple[str, ...] | None = None
    """None where it was not asked for; empty for all lessons."""
    new: str | None = None
    only: bool = False
    """Of the lesson, the one step alone."""


def parse_arguments(arguments: Sequence[str]) -> Arguments:
    """Raises UsageError with one line; SystemExit after ``--help`` and ``--version``.

    Everything behind FILE, or behind the code of ``-c``, belongs to the script, as with ``python``.
    """
    if not arguments:
        return Arguments()
    import argparse

    own, file, rest = _split(list(arguments))
    parser = command_line_parser()
    try:
        found, unknown = parser.parse_known_args(own)
    except argparse.ArgumentError as error:
        raise _refused(error.argument_name or "") from None
    if found.check is not None:  # --check --trust mine.md: the paths stand behind another option
        found.check += [word for word in unknown if not word.startswith("-")]
        unknown = [word for word in unknown if word.startswith("-")]
    if unknown:
        raise UsageError(_unknown_option(unknown[0], parser))
    _one_thing_only(found, file)
    if found.output is not None and found.notebook is None and found.collect is None:
        raise UsageError(gettext("-o FILE goes with --notebook NAME, or with --collect."))
    if found.only and not (found.lesson and "/" in found.lesson):
        raise UsageError(gettext("--only wants the step that it is about: --lesson NAME/STEP --only."))
    seed = None if found.seed is None else _seed(found.seed)
    return Arguments(
        file=file,
        code=found.code,
        script_arguments=tuple(rest),
        stay=found.stay,
        lesson=found.lesson,
        show_list=found.show_list,
        trust=found.trust,
        device=None if found.device is None else check_spelling(found.device),
        xray=None if found.xray is None else _xray_mode(found.xray),
        plain=found.plain,
        seed=seed,
        doctor=found.doctor,
        reset=found.reset,
        notebook=found.notebook,
        output=found.output,
        collect=None if found.collect is None else tuple(found.collect),
        export_answers=found.export_answers,
        check=None if found.check is None else tuple(found.check),
        new=found.new,
        only=found.only,
    )


def _refused(option: str) -> UsageError:
    """Of ``option`` argparse says that its value is missing, or that there is one where it takes none."""
    if option == "--xray":
        return UsageError(gettext("--xray wants one of {modes}.", modes=", ".join(XRAY_MODES)))
    if option in _TAKE_A_VALUE:
        return UsageError(gettext("{option} wants a value. Try ptrepl --help.", option=option))
    return UsageError(gettext("{option} takes no value. Try ptrepl --help.", option=option))


def _one_thing_only(found: argparse.Namespace, file: str | None) -> None:
    """Raises UsageError where two things were asked for that exclude each other; none is dropped in silence."""
    asked = [
        name
        for name, given in (
            ("--list", found.show_list),
            ("--doctor", found.doctor),
            ("--reset", found.reset is not None),
            ("--export-answers", found.export_answers is not None),
            ("--lesson", found.lesson is not None),
            ("--notebook", found.notebook is not None),
            ("--collect", found.collect is not None),
            ("-c", found.code is not None),
            (str(file), file is not None),
        )
        if given
    ]
    if len(asked) > 1:
        raise UsageError(
            gettext("{first} and {second} do not go together; choose one of them.", first=asked[0], second=asked[1])
        )


def command_line_parser() -> argparse.ArgumentParser:
    """The parser of our own options; FILE and what belongs to it are taken off before."""
    import argparse

    class Help(argparse.HelpFormatter):
        def add_usage(
            self,
            usage: str | None,
            actions: Iterable[argparse.Action],
            groups: Iterable[argparse._MutuallyExclusiveGroup],
            prefix: str | None = "",  # argparse's own is an English word, and ours stands in ``usage``
        ) -> None:
            super().add_usage(usage, actions, groups, prefix)

    class Wrapped(Help):
        # counts columns, where argparse's own counts characters
        def _split_lines(self, text: str, width: int) -> list[str]:
            return fill(text, width)

        def _fill_text(self, text: str, width: int, indent: str) -> str:
            return "\n".join(fill(text, width, indent))

    class Unwrapped(Help):
        def __init__(self, prog: str) -> None:
            super().__init__(prog, width=1000)

    parser = argparse.ArgumentParser(
        prog="ptrepl",
        usage=gettext("usage: ptrepl [OPTION…] [FILE.py [ARG…]]"),
        description=gettext(
            "The Python prompt that teaches PyTorch: every statement shows what it did to each tensor."
        ),
        epilog=gettext(
            "Without FILE, -c or --lesson: the prompt, or the statements on standard input if that is no terminal. "
            "The file config.toml sets what no option says: --doctor names its folder, %config at the prompt its keys."
        ),
        allow_abbrev=False,
        exit_on_error=False,  # raises, so that the message is ours
        add_help=False,
        # without a terminal nothing is wrapped
        formatter_class=Wrapped if is_terminal(sys.stdout) else Unwrapped,
    )
    add = parser.add_argument_group(gettext("options")).add_argument
    add("-c", dest="code", metavar="CODE", help=gettext("run CODE"))
    add("-i", dest="stay", action="store_true", help=gettext("stay at the prompt after FILE or CODE"))
    add(
        "--lesson",
        metavar="NAME",
        help=gettext("a lesson, where you left off, or NAME/STEP, or a lesson file"),
    )
    add(
        "--only",
        action="store_true",
        help=gettext("with --lesson NAME/STEP and answers from a pipe: that step alone; status 0 if it passed, else 1"),
    )
    add("--list", dest="show_list", action="store_true", help=gettext("the lessons, with your progress"))
    add("--reset", metavar="NAME", help=gettext("forget the progress in a lesson"))
    add("--notebook", metavar="NAME", help=gettext("write a lesson as a notebook for Jupyter"))
    add("-o", dest="output", metavar="FILE", help=gettext("with --notebook and --collect: what to write"))
    add(
        "--collect",
        nargs="*",
        metavar="FILE",
        help=gettext("progress files of a class: one table (CSV) and one page of where it is stuck"),
    )
    add(
        "--export-answers",
        metavar="FILE.py",
        help=gettext("write what you answered in the lessons to a Python file"),
    )
    add(
        "--check",
        nargs="*",
        metavar="PATH",
        help=gettext("check lessons: these files, folders or names, or else all of them"),
    )
    add("--new", metavar="PATH", help=gettext("write a lesson to begin with"))
    add("--trust", action="store_true", help=gettext("run a lesson file from elsewhere without asking"))
    add("--device", metavar="DEVICE", help=gettext("auto, cpu, cuda, cuda:1, mps, xpu or meta (default: auto)"))
    modes = "{" + ",".join(XRAY_MODES) + "}"
    add("--xray", metavar=modes, help=gettext("how much to show of each tensor (default: line)"))
    add(
        "--plain",
        action="store_true",
        default=None,
        help=gettext("plain linear text: no colours, no full-screen editing"),
    )
    add("--seed", metavar="N", help=gettext("seed the random numbers"))
    add(
        "--doctor",
        action="store_true",
        help=gettext("show versions, devices, the terminal, and what is wrong with them"),
    )
    add("--version", action="version", version=f"ptrepl {__version__}", help=gettext("show the version"))
    add("-h", "--help", action="help", help=gettext("show this help"))
    return parser


_TAKE_A_VALUE = frozenset("-c --lesson --notebook -o --reset --export-answers --new --device --xray --seed".split())


def _split(arguments: list[str]) -> tuple[list[str], str | None, list[str]]:
    """Our own options, the script, and what belongs to the script."""
    index = 0
    while index < len(arguments):
        word = arguments[index]
        if word == "-ic":  # as python takes it
            arguments[index : index + 1] = ["-i", "-c"]
            continue
        if word in ("--check", "--collect"):  # all that follows is ours: no script is run then
            return arguments, None, []
        if word == "-c":
            return arguments[: index + 2], None, arguments[index + 2 :]
        if word == "-" or not word.startswith("-"):
            return arguments[:index], word, arguments[index + 1 :]
        if word == "--":
            return arguments[:index], next(iter(arguments[index + 1 :]), None), arguments[index + 2 :]
        index += 2 if word in _TAKE_A_VALUE else 1
    return arguments, None, []


def _unknown_option(word: str, parser: argparse.ArgumentParser) -> str:
    option = word.partition("=")[0]
    near = nearest(option, parser._option_string_actions, cutoff=0.75)
    said = gettext("There is no option {option}.", option=option)
    advice = gettext("Did you mean {name}?", name=near) if near else gettext("Try ptrepl --help.")
    return f"{said} {advice}"


def _xray_mode(text: str) -> str:
    if text in XRAY_MODES:
        return text
    modes = ", ".join(XRAY_MODES)
    if near := nearest(text, XRAY_MODES):
        raise UsageError(
            gettext(
                "There is no x-ray mode '{value}'; choose one of {modes}. Did you mean {name}?",
                value=text,
                modes=modes,
                name=near,
            )
        )
    raise UsageError(gettext("There is no x-ray mode '{value}'; choose one of {modes}.", value=text, modes=modes))


def _seed(text: str) -> int:
    try:
        seed = int(text)
    except ValueError:
        raise UsageError(gettext("--seed wants a whole number, not '{value}'.", value=text)) from None
    if not -(2**63) <= seed < 2**64:
        raise UsageError(gettext("--seed {value} is too large: torch takes 64 bits.", value=text))
    return seed
