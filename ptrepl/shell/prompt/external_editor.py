"""Text, opened in the editor that the user has chosen for the whole system."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from types import FrameType

from ptrepl.errors import UsageError
from ptrepl.texts.messages import gettext

_USUAL = ("editor", "nano", "vim", "vi", "notepad.exe")


def edit_text(text: str, suffix: str = ".py") -> str:
    """``text`` as the user has left it in the editor.

    Raises UsageError where there is no editor, or it fails: the text is to be kept as it was then.
    """
    command = _command()
    handle, name = tempfile.mkstemp(prefix="ptrepl-", suffix=suffix)
    path = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text + "\n" if text else "")
        status = _run([*command, name])
        if status:
            raise UsageError(
                gettext(
                    "The editor {editor} failed with status {status}; your text is as it was.",
                    editor=command[0],
                    status=status,
                )
            )
        return path.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            gettext(
                "The editor {editor} cannot be used: {reason}. Set EDITOR to another.", editor=command[0], reason=reason
            )
        ) from None
    finally:
        with suppress(OSError):
            path.unlink()


def _command() -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        chosen = os.environ.get(variable, "").strip()
        if chosen:
            try:
                return shlex.split(chosen)
            except ValueError:
                raise UsageError(
                    gettext(
                        "{variable} is '{value}', which is not a command. Set it to an editor.",
                        variable=variable,
                        value=chosen,
                    )
                ) from None
    import shutil

    found = next((path for name in _USUAL if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError(gettext("There is no editor here. Set EDITOR to one, such as: export EDITOR=nano"))
    return [found]


def _run(command: list[str]) -> int:
    """Run it on our terminal; its exit status. A Ctrl-C is the editor's own, though it reaches us too."""
    before = signal.signal(signal.SIGINT, _leave_it_to_the_editor)
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _leave_it_to_the_editor(signum: int, frame: FrameType | None) -> None:
    """A handler, for the editor would inherit that the signal is ignored."""
