"""What is loaded when: the first prompt is drawn with as little as it takes, and the rest comes behind it.

1. Before it: prompt_toolkit, and of ours what stands on the screen and what a key asks first. None of these modules
   imports at its top what only an input needs; ``tests/program/test_start.py`` holds how many there are.
2. As soon as it is drawn: torch's shared libraries are opened in one thread, and meanwhile ``BEHIND`` is imported in
   another, so that neither the first Enter nor the first tensor waits for our own modules.
3. Then torch, in that other thread, and after it what shows an error.

What is asked for sooner is imported then and there; if the thread has begun it, the import waits for it. Commands,
completion, explanations and lessons are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module

BEHIND = (
    # whether an input is complete, what it is, and the session that runs it
    "ptrepl.shell.commands.dispatch",
    "ptrepl.shell.readers.pieces",
    "ptrepl.engine.run.session",
    "ptrepl.shell.transcript.recording",
    "ptrepl.shell.show",
    "ptrepl.shell.teaching",
    "ptrepl.screen.warning_text",
    "ptrepl.shell.pictures.offered",
    "ptrepl.shell.resilience.put_back",
    "ptrepl.shell.resilience.raised_while_waiting",
    # what looks at the tensors of a statement, and shows them
    "ptrepl.engine.run.watch",
    "ptrepl.explain.traps.signs",
    "ptrepl.screen.xray",
)
"""In the order in which they are wanted. None may load a shared library: while torch's are being opened, every other
has to wait for them, with the interpreter's lock held, and no key would be taken."""


AFTER_TORCH = ("ptrepl.error_log", "ptrepl.screen.tracebacks", "ptrepl.screen.explanation")
"""What says that something failed: it must not need an import then, when there may be no file descriptor left."""


def preload() -> None:
    """Import ``BEHIND``. Raises what importing it raises."""
    for name in BEHIND:
        import_module(name)


def preload_failures() -> None:
    """Import ``AFTER_TORCH``. Raises what importing it raises."""
    for name in AFTER_TORCH:
        import_module(name)
    from ptrepl.engine.run.failure import is_learner_file

    is_learner_file(__file__)  # where the libraries lie is read from a file, the first time
