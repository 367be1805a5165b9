"""A person at the prompt of a real terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

from ptrepl.engine.run.device import available_devices
from tests.engine.prompt import OURS
from tests.program.screen import Screen, program

COUNT = r"""exec('print("go" + "ing")\nwhile True: n += 1')"""
"""Says when it is running: a Ctrl-C before that belongs to the prompt."""


def paste(text: str) -> str:
    """What a terminal sends for a paste."""
    return f"\x1b[200~{text}\x1b[201~"


def at_prompt(screen: Screen, count: int = 1) -> None:
    screen.wait(">>>", count)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_every_statement_shows_what_it_did(columns: int) -> None:
    with program(columns=columns, cold=columns == 80) as screen:  # at 80 in an interpreter without torch yet
        at_prompt(screen)
        screen.enter("w = torch.tensor([1.], requires_grad=True)")  # typed while torch is loading
        screen.wait("is_leaf=True")
        screen.enter("y = (w * 3).sum(); y.backward()")
        text = screen.wait("· new")
        flat = " ".join(text.replace("│", " ").split())
        assert "w shape=(1,) dtype=float32 device=cpu grad_fn=None is_leaf=True · requires_grad" in flat
        assert "w.grad shape=(1,) dtype=float32 device=cpu grad_fn=None is_leaf=True · new" in flat
        printed = [line for line in screen.printed if line.startswith("│")]
        assert len(printed) >= 3
        assert all(len(line) <= columns for line in printed)
        screen.wait(">>>", 3)
        screen.type("\x04")
        assert screen.leave() == 0


def test_ctrl_d_leaves_while_torch_is_loading() -> None:
    with program(cold=True) as screen:
        at_prompt(screen)
        screen.type("\x04")
        assert screen.leave() == 0


@pytest.mark.parametrize(("line", "status"), [("exit", 0), ("quit", 0), ("exit()", 0), ("import sys; sys.exit(7)", 7)])
def test_ways_to_leave(line: str, status: int) -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter(line)
        assert screen.leave() == status


def test_a_message_of_system_exit_is_said_and_ends_with_1() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("raise SystemExit('so long')")
        assert screen.leave() == 1
        assert "so long" in screen.text.splitlines()


def test_a_name_exit_of_ones_own_is_a_value() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("exit = 41")
        screen.enter("exit + 1")
        screen.wait("\n42")
        screen.enter("exit")
        screen.wait("\n41")


def test_ctrl_c_ten_times_keeps_the_session_and_what_ran() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("n = 0; kept = torch.ones(2)")
        screen.wait("kept")
        for press in range(1, 11):
            screen.enter(COUNT)
            screen.wait("\ngoing", press)
            screen.type("\x03")
            screen.wait("KeyboardInterrupt", press)
        screen.enter("n > 10, kept.tolist()")
        screen.wait("(True, [1.0, 1.0])")
        screen.enter("exit")
        assert screen.leave() == 0


def test_ctrl_c_at_an_empty_prompt_and_over_half_a_line() -> None:
    with program(cold=True) as screen:
        at_prompt(screen)
        for _ in range(10):
            screen.type("\x03")
        screen.type("half a li\x03")
        screen.enter("print('still' + ' here')")
        screen.wait("still here")


def test_ctrl_c_in_a_c_call_stops_the_statement_and_reports_what_ran() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("a = torch.zeros(2); big = torch.ones(900, 900)")
        screen.wait("big  shape")
        screen.enter("print('be' + 'gan'); [torch.mm(big, big) for _ in range(10**6)]")
        screen.wait("\nbegan")
        screen.type("\x03")
        screen.wait("KeyboardInterrupt")
        screen.enter("a")
        screen.wait("tensor([0., 0.])")


def test_ctrl_c_in_a_data_loader_with_workers() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("from torch.utils.data import DataLoader")
        screen.enter("loader = DataLoader(range(10**7), batch_size=2, num_workers=1)")
        screen.wait("loader  DataLoader")
        screen.enter("for i, batch in enumerate(loader): i == 3 and print('run' + 'ning')")
        screen.type("\r")
        screen.wait("running")
        screen.type("\x03")
        screen.wait("KeyboardInterrupt")
        screen.enter("print('al' + 'ive')")
        screen.wait("alive")
        assert "Error in atexit" not in screen.text


def test_ctrl_c_while_printing() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("import itertools")
        screen.enter("for i in itertools.count(): print('line', i)")
        screen.type("\r")
        screen.wait("line 100")
        for _ in range(5):
            screen.type("\x03")
        # each press makes the terminal throw away what it has not shown yet, the word KeyboardInterrupt too
        at_prompt(screen, 3)
        screen.enter("print('al' + 'ive')")
        screen.wait("alive")


def test_sigint_from_outside_at_the_prompt_does_not_end_the_session() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("x = 5")
        at_prompt(screen, 2)
        for _ in range(3):
            screen.interrupt()
        screen.enter("print('x is', x)")
        screen.wait("x is 5")


def test_input_and_breakpoint_in_the_learners_code() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("name = input('who? ')")
        screen.wait("\nwho?")  # not the line that asks for it: what is typed before that belongs to the prompt
        screen.enter("Ada")
        at_prompt(screen, 2)
        screen.enter("print('hello', name); breakpoint()")
        screen.wait("(Pdb)")
        assert "hello Ada" in screen.text
        screen.enter("p 6 * 7")
        screen.wait("42")
        screen.enter("c")
        screen.enter("print('go' + 'ing on')")
        screen.wait("going on")


def test_the_debugger_shows_no_frame_of_ours_and_ends_with_the_statement() -> None:
    with program(rows=50) as screen:
        at_prompt(screen)
        screen.enter("def f(x):\rbreakpoint()\rreturn x / 0\r")
        screen.enter("f(1)")
        screen.wait("(Pdb)")
        screen.enter("w")
        screen.wait("(Pdb)", 2)
        for step in range(3, 7):
            screen.enter("n")
            screen.wait("(Pdb)", step)
        screen.enter("n")
        screen.wait("\nZeroDivisionError: division by zero\n>>>")
        screen.enter("print('go' + 'ing on')")
        text = screen.wait("\ngoing on")
        assert "execution.py" not in text
        assert OURS not in text
        assert text.count("(Pdb)") == 6


def test_what_was_typed_survives_sigkill(own_surroundings: Path) -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("first = 'remembered'")
        at_prompt(screen, 2)
        screen.enter("import time; time.sleep(600)  # never finished")
        screen.wait("never finished")
        for _ in range(100):
            if "never finished" in (own_surroundings / "state" / "history").read_text():
                break
            screen.wait(">>>")
        screen.kill()
    with program() as screen:
        at_prompt(screen)
        screen.type("\x1b[A")
        screen.wait("never finished")
        screen.type("\x1b[A")
        screen.wait("remembered")
    history = own_surroundings / "state" / "history"
    assert history.stat().st_mode & 0o777 == 0o600


def test_two_prompts_at_once_lose_and_mangle_no_entry_when_one_is_killed(own_surroundings: Path) -> None:
    typed = {
        "one": ["one = '一'", "def f(x):\n    return x\n", "print('busy' + ' now'); exec('while True: pass')"],
        "two": ["two = 2", "for i in range(2):\n    print(i)\n", "print('two' + ' lives')"],
    }
    with program() as one, program() as two:
        at_prompt(one)
        at_prompt(two)
        for turn in range(2):
            for screen, who in ((one, "one"), (two, "two")):
                screen.type(paste(typed[who][turn]) + "\r")
        at_prompt(one, 3)
        at_prompt(two, 3)
        one.type(paste(typed["one"][2]) + "\r")
        one.wait("\nbusy now")
        one.kill()
        two.enter(typed["two"][2])
        two.wait("\ntwo lives")
        two.enter("exit")
        assert two.leave() == 0
    lines = (own_surroundings / "state" / "history").read_text().splitlines()
    entries = [json.loads(line) for line in lines if line]
    assert sorted(entries) == sorted([*typed["one"], *typed["two"], "exit"])
    for who in typed:
        assert [entry for entry in entries if entry in typed[who]] == typed[who]
    with program() as screen:
        at_prompt(screen)
        screen.type("print('busy\x1b[A")
        screen.wait("while True: pass")


def test_the_window_may_change_its_size_while_one_types() -> None:
    with program(columns=100) as screen:
        at_prompt(screen)
        screen.enter("value = 1")
        at_prompt(screen, 2)
        screen.type("print('left of the cursor, ' + 'a' * 3 + ")
        screen.wait("'a' * 3 +")
        for columns in (50, 120, 40):
            screen.resize(columns, 30)
            screen.type("'你好' + ")
        screen.enter("'right of it')")
        screen.wait("\nleft of the cursor, aaa你好你好你好")
        screen.enter("print('go' + 'ing on')")
        screen.wait("\ngoing on")


def test_output_that_does_not_end_its_line_stays() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("print('no newline', end=''); x = torch.ones(2)")
        screen.wait("is_leaf=True")
        screen.enter("!printf shell")
        at_prompt(screen, 3)
        screen.enter("print('later')")
        screen.wait("\nlater")
        assert {"no newline", "shell"} <= set(screen.lines)
        assert sum(line.startswith("│ x") for line in screen.lines) == 1


def test_a_block_is_indented_and_ends_at_a_blank_line() -> None:
    with program() as screen:
        at_prompt(screen)
        screen.enter("def double(x):")
        screen.enter("return 2 * x")
        screen.enter("")
        screen.enter("double(21)")
        screen.wait("\n42")


def test_a_pasted_transcript_runs_as_its_author_meant() -> None:
    pasted = (
        ">>> a = torch.ones(2)\n│ a  shape=(2,)  dtype=float32\n>>> for i in range(2):\n...     a += 1\n...\n"
        ">>> a\ntensor([3., 3.])\n"
    )
    with program() as screen:
        at_prompt(screen)
        screen.type("\x1b[200~" + pasted + "\x1b[201~")
        screen.type("\r")
        screen.wait("tensor([3., 3.])")
        assert "SyntaxError" not in screen.text


def long_script() -> str:
    """300 lines of functions with blank lines inside, as people write them; prints ``sum 615``."""
    function = (
        "def f{0}(x):\n    total = {0}\n\n    for k in range(3):\n        total += k * x\n\n"
        "        if total > 100:\n            break\n\n    return total\n\n"
    )
    names = ", ".join(f"f{number}" for number in range(30))
    return "".join(function.format(number) for number in range(30)) + f"print('sum', sum(f(2) for f in [{names}]))\n"


def test_pastes_of_all_sorts_run_as_their_authors_meant() -> None:
    pastes = {
        long_script(): "sum 615",
        "    a = 3\n    if a:\n        b = a\n\n    print('in', b + 1)\n": "in 4",
        "def g(x):\n\tif x:\n\t\treturn 'yes'\n\n\treturn 'no'\n\nprint('tabs', g(1), g(0))\n": "tabs yes no",
        '    >>> def f(x):\n    ...     """Doc.\n    ...\n    ...     >>> f(1)\n    ...     2\n    ...     """\n'
        "    ...     return x + 1\n    ...\n    >>> print('doctest', f(1))\n    doctest 2\n": "doctest 2",
    }
    with program(rows=50) as screen:
        at_prompt(screen)
        for text, shown in pastes.items():
            screen.type(paste(text) + "\r")
            screen.wait(f"\n{shown}\n")
        assert "Error" not in screen.text
        assert "^I" not in screen.text
        assert "...         return 'yes'" in screen.lines


def test_no_colour_where_none_is_wanted() -> None:
    colours = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m")
    with program(environment={"NO_COLOR": "1"}) as screen:
        at_prompt(screen)
        screen.enter("x = torch.ones(2)")
        screen.wait("is_leaf=True")
        assert not colours.search(screen.sent)
    with program() as screen:
        at_prompt(screen)
        screen.enter("x = torch.ones(2)")
        screen.wait("is_leaf=True")
        assert colours.search(screen.sent)


@pytest.mark.parametrize("how", [("--plain",), ()])
def test_plain_terminals(how: tuple[str, ...]) -> None:
    environment = {} if how else {"TERM": "dumb"}
    with program(*how, environment=environment) as screen:
        at_prompt(screen)
        screen.enter("for i in range(2):")
        screen.enter("    print('number', i)")
        screen.enter("")
        screen.wait("number 1")
        screen.enter("x = torch.ones(2)")
        screen.wait("│ x  shape=(2,)")
        at_prompt(screen, 3)
        screen.press_until("\x03", "KeyboardInterrupt")  # readline leaves a signal that comes before its wait lying
        screen.wait(">>>", screen.text.count("KeyboardInterrupt") + 3)
        screen.enter("exit")
        assert screen.leave() == 0
        assert b"\x1b" not in screen.sent


@pytest.mark.skipif(torch.xpu.is_available(), reason="this machine has one")
def test_a_device_that_the_machine_lacks_ends_the_program_before_the_prompt() -> None:
    with program("--device", "xpu", cold=True) as screen:
        assert screen.leave() == 2
        here = ", ".join(available_devices())
        assert screen.text.splitlines() == [f"This machine has no device 'xpu': it has {here}."]
