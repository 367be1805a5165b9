"""Embeds sessions as a program would: run as a script, without a test framework and without a terminal.

Ends with 0 if the host's interpreter is as it was between the statements and afterwards, else says what differs.
"""

from __future__ import annotations

import builtins
import pickle
import signal
import sys
import threading
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.run.session import Session
from ptrepl.engine.watch.notes import ChangedInPlace
from ptrepl.engine.watch.targets import Name


class OfTheHost:
    """Found by pickle in the host's ``__main__``."""


def on_sigint(signum: int, frame: object) -> None:
    """The host's own."""


def shows(value: object) -> None:
    """The host's own."""


def breaks(*given: object) -> None:
    """The host's own."""


def state() -> dict[str, Any]:
    """What a host may rely on."""
    utils = sys.modules.get("torch.utils")
    return {
        "__main__": sys.modules["__main__"],
        "__console__": sys.modules.get("__console__"),
        "SIGINT": signal.getsignal(signal.SIGINT),
        "displayhook": sys.displayhook,
        "breakpointhook": sys.breakpointhook,
        "excepthook": sys.excepthook,
        "stdout": sys.stdout,
        "last_value": getattr(sys, "last_value", None),
        "recursion limit": sys.getrecursionlimit(),
        "trace": sys.gettrace(),
        "builtins": dict(vars(builtins)),
        "filters": list(warnings.filters),
        "showwarning": warnings.showwarning,
        "torch.utils.weakref": weakref if utils is None else utils.weakref,
    }


MEDDLES = """
import builtins, signal, sys, warnings
sys.displayhook = lambda value: None
sys.breakpointhook = lambda: 'broke'
sys.excepthook = lambda *_: None
sys.setrecursionlimit(3210)
signal.signal(signal.SIGINT, signal.SIG_IGN)
warnings.simplefilter('error')
builtins.added = 5
builtins.ascii = lambda value: 'theirs'
class Learners: pass
x = torch.ones(2, 2)
x
"""


def differences(before: dict[str, Any], said: str) -> Iterator[str]:
    """What is not as ``before`` says."""
    after = state()
    for name, value in before.items():
        if name in ("builtins", "filters"):
            same = after[name] == value
        else:
            same = after[name] is value or after[name] == value
        if not same:
            yield f"{said}: {name}"
    if type(pickle.loads(pickle.dumps(OfTheHost()))) is not OfTheHost:
        yield f"{said}: pickle"


def play(session: Session, said: str, before: dict[str, Any]) -> Iterator[str]:
    """Run what meddles with the interpreter, and look at it between all statements and at the end."""
    for outcome in session.run(MEDDLES):
        if outcome.error is not None:
            yield f"{said}: {outcome.error.text}"
        yield from differences(before, f"{said}, after {outcome.source!r}")
    code = "added, ascii(1), sys.getrecursionlimit(), sys.breakpointhook(), signal.getsignal(2) is signal.SIG_IGN"
    for outcome in session.run(f"found = {code}\nimport pickle; again = type(pickle.loads(pickle.dumps(Learners())))"):
        if outcome.error is not None:
            yield f"{said}: {outcome.error.text}"
    if session.namespace.get("found") != (5, "theirs", 3210, "broke", True):
        yield f"{said}: the learner finds {session.namespace.get('found')}"
    session.run_quietly("sys.displayhook = sys.__displayhook__")
    assert [outcome.source for outcome in session.run("7")] == ["7"]
    list(session.run("seven = _; x.sum()"))
    list(session.run("1 / 0"))
    if session.namespace.get("seven") != 7 or type(session.last_exception) is not ZeroDivisionError:
        yield f"{said}: no _ or no last exception"
    yield from differences(before, f"{said}, at the end")


def late() -> Iterator[str]:
    """A session whose first statement is the first in this process to import torch."""
    before = state()
    with Session() as session:
        for _ in session.run("import torch\nx = torch.ones(2)\nx += 1"):
            yield from differences(before, "torch was imported late")
        if session.namespace["torch"].utils.weakref is not weakref:
            yield "torch was imported late: weakref"


def main() -> None:
    found = [*late()]
    import torch

    signal.signal(signal.SIGINT, on_sigint)
    sys.displayhook, sys.breakpointhook = shows, breaks
    before = state()
    first = Session(names=lambda: {"torch": torch})
    with Session(names=lambda: {"torch": torch}) as second:
        found += [*play(first, "first", before), *play(second, "second", before)]
        # neither knows the other's names, sources or last value
        list(first.run("def f():\n    return 'the first'\n"))
        list(second.run("def g():\n    1 / 0\n"))
        list(first.run("11;"))
        list(second.run("12;"))
        list(first.run("import inspect; source = inspect.getsource(f), inspect.getsource(Learners); last = _"))
        list(second.run("last = _"))
        source = first.namespace.get("source")
        if source != ("def f():\n    return 'the first'\n", "class Learners: pass\n"):
            found.append(f"the first session's source is {source}")
        if (first.namespace["last"], second.namespace["last"]) != (11, 12):
            found.append("the last values are mixed")
        if "f" in second.namespace:
            found.append("the names are mixed")
    found += differences(before, "after with")
    first.close()
    found += differences(before, "after close")
    # a namespace of the host's, and a statement in a thread that is not the main one
    names = {"torch": torch, "kept": torch.zeros(3)}
    with Session(namespace=names) as third:
        seen: list[Any] = []
        thread = threading.Thread(target=lambda: seen.extend(third.run("kept += 1")))
        thread.start()
        thread.join()
        if [(change.target, change.notes) for change in seen[0].changes] != [(Name("kept"), (ChangedInPlace(),))]:
            found.append(f"the namespace of the host: {seen}")
        third.reset()
        if names.keys() != {"torch", "kept", "__name__", "__builtins__"} - ({"__builtins__"} - names.keys()):
            found.append(f"reset left {names.keys()}")
    host = OfTheHost.__module__
    with Session(namespace=sys.modules[host]) as fourth:
        list(fourth.run("made_here = OfTheHost()"))
        if type(globals().get("made_here")) is not OfTheHost:
            found.append("the module of the host")
    found += differences(before, "after a namespace of the host's")
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
