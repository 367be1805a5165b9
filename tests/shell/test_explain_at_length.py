"""``%explain`` shows the family of the last error at length, which nothing has read before."""

from __future__ import annotations

import pytest

from ptrepl.screen.line import plain
from ptrepl.shell.commands.run.explain import long_lines, long_text
from ptrepl.shell.teaching import teach
from ptrepl.texts.library import sections
from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    found = Shell(capfd)
    teach(found.session, lambda: False, lambda name: "")
    return found


def test_the_text_of_the_family_is_shown(shell: Shell) -> None:
    sections.cache_clear()
    shell("x = torch.ones(2, 3)", "x @ x")
    assert "mat1 and mat2 shapes cannot be multiplied" in shell.err
    assert sections.cache_info().currsize == 0
    assert f"\n\n{long_text('shapes/matrix-product')}\n\n" in shell("%explain")


def test_two_families_have_two_texts(shell: Shell) -> None:
    shell("x = torch.ones(2)", "x[5]")
    assert long_text("shapes/index") in shell("%explain")
    shell("w = torch.ones(2, requires_grad=True)", "w += 1")
    assert long_text("autograd/leaf-in-place") in shell("%explain")


@pytest.fixture
def careful_shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    found = Shell(capfd)
    teach(found.session, lambda: True, lambda name: "")
    return found


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (("x, y = torch.ones(4, 1), torch.ones(4)", "d = ((x - y) ** 2).mean()"), "traps/pairs"),
        (("c = torch.arange(3)", "c[0] = 0.5"), "traps/integers"),
        (("net = nn.Linear(2, 1)", "net.eval"), "traps/method-not-called"),
    ],
)
def test_what_a_trap_said_is_told_at_length(careful_shell: Shell, lines: tuple[str, ...], place: str) -> None:
    careful_shell(*lines)
    said = careful_shell.err.partition("careful: ")[2].strip()
    shown = careful_shell("k = 1", "%explain")
    assert said
    assert said in shown
    assert long_text(place) in shown


def test_the_later_one_is_explained(careful_shell: Shell) -> None:
    trap = ("c = torch.arange(3)", "c[0] = 0.5")
    assert long_text("shapes/index") in careful_shell(*trap, "c[5]", "%explain")
    assert long_text("traps/integers") in careful_shell("c[5]", "c[1] = 0.25", "%explain")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_message_of_torch_is_broken_between_words(shell: Shell, width: int) -> None:
    shell("net = nn.Conv2d(1, 6, 5)", "net(torch.zeros(2, 3, 28, 28))")
    assert shell.context.failed is not None
    lines = [plain(line) for line in long_lines(shell.context.failed, width)]
    assert max(map(len, lines)) <= width
    assert " ".join(lines).startswith(
        "RuntimeError: Given groups=1, weight of size [6, 1, 5, 5], expected input[2, 3, 28,"
    )
