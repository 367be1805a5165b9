"""Lesson files as they must not be: five hundred kinds of damage, each the same in every run."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.tutor.lessons import COURSE

CANARY = "the-lesson-ran"
"""The file that any code of a damaged lesson makes, where it runs."""
_RUN = f"open({CANARY!r}, 'w').close()\n"
WHOLE = COURSE.replace("```python demo\n", f"```python demo\n{_RUN}").replace(
    "```python check\n", f"```python check\n{_RUN}"
)
_HEAD = "---\nid: small\ntitle: Small\n---\n## T\n<!-- step: one read -->\n"
Damage = Callable[[random.Random], str | bytes]


def _lines(change: Callable[[random.Random, list[str]], object]) -> Damage:
    def damage(dice: random.Random) -> str:
        lines = WHOLE.split("\n")
        change(dice, lines)
        return "\n".join(lines)

    return damage


def _bytes(times: int) -> Damage:
    def damage(dice: random.Random) -> bytes:
        content = bytearray(WHOLE.encode())
        for _ in range(times):
            content[dice.randrange(len(content))] = dice.randrange(256)
        return bytes(content)

    return damage


def _inserted(*texts: str) -> Damage:
    def damage(dice: random.Random) -> str:
        place = dice.randrange(len(WHOLE))
        return WHOLE[:place] + dice.choice(texts) + WHOLE[place:]

    return damage


def _moved(dice: random.Random, lines: list[str]) -> None:
    lines.insert(dice.randrange(len(lines)), lines.pop(dice.randrange(len(lines))))


def _doubled(dice: random.Random, lines: list[str]) -> None:
    start = dice.randrange(len(lines))
    lines[start:start] = lines[start : start + dice.randrange(1, 30)]


def _dropped(dice: random.Random, lines: list[str]) -> None:
    start = dice.randrange(len(lines))
    del lines[start : start + dice.randrange(1, 8)]


def _indented(dice: random.Random, lines: list[str]) -> None:
    for place in dice.sample(range(len(lines)), 6):
        lines[place] = dice.choice([" ", "    ", "\t", "> ", "- "]) + lines[place]


def _without_some_characters(dice: random.Random) -> str:
    return "".join(character for character in WHOLE if dice.random() > 0.01)


def _nested(dice: random.Random) -> str:
    mark, many = dice.choice([("> ", 20_000), ("- ", 20_000), ("1. ", 15_000), ("* > ", 10_000), ("![", 24_000)])
    return _HEAD + mark * many + "x"


def _stairs(dice: random.Random) -> str:
    depth = dice.randrange(50, 300)
    return _HEAD + "\n".join("  " * level + dice.choice("-*+") + " x" for level in range(depth))


_SLOW = (
    "<!-- ", "<!-- step: two read -->\n", "<details>\n", "<summary>", "<details><summary>Hint</summary>\n",
    "</details>", "[a]: b\n", "[a]: ", "![", "*a **b ", "`", "``` `` ` ", "a\n\n", "# ", "## x\n\n", "\\", "&#x0;",
    "<a ", "]](", "[a][", "![a](", "* * * * a\n", "[](<", "<![CDATA[", "<script>", "|", "\t", "1. ", "***\n", "__",
    "&amp", "=\n", "- [ ] x — y\n", "- [x]\n", "```python demo\nx\n```\n", "```python nothing\n```\n", "~~~\n", "-\n",
    "> a\n\n", "<!-- equivalent: `a` ", "<!-- equivalent: `a`: b -->\n",
    "<!-- promises: a.b, ", "<!-- promises: a, b -->\n", "http://a.b/", "<http://",
    "```python wrong says='", "```python demo raises=", "```python demo a=1 b=2 ",
    "```python check\ntensr('x')\n```\n",
)  # fmt: skip


def _repeated(dice: random.Random) -> str:
    text = dice.choice(_SLOW)
    return _HEAD + text * (49_500 // len(text))


def _code(dice: random.Random) -> str:
    code = dice.choice(
        (
            "(" * 5000,
            "-" * 20_000 + "1",
            "x = " + "+".join(["1"] * dice.choice((250, 1300, 2500, 20_000))),
            "x" + ".T" * 15_000,
            "x = " + "[" * 90 + "]" * 90,
            "lambda: " * 5000 + "1",
            "if x:\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 99)) + " " * 99 + "x",
            "\n".join(f"tensr('x', {number})" for number in range(3000)),
            "x = 1" + "0" * 9000,
            "x = '\\N{nothing}'",
            "'" * 3,
            "return 1",
            "x = 1;" * 8000,
            "f'" + "{" * 2000,
        )
    )
    role = dice.choice(["setup", "demo", "check", "solution", 'wrong says="x"', "starter"])
    return WHOLE.replace("```python check\n", f"```python {role}\n{code}\n```\n```python check\n", 1)


_FRONTS = (
    "a: &a [x]\nb: *a",
    "a: &a ['x','x']\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]",
    "<<: {id: x}",
    "title: !!python/object/apply:os.system ['touch the-lesson-ran']",
    "title: !!python/name:os.system",
    "title: !foo x",
    "title: !!binary aGVsbG8=",
    "seed: " + "9" * 8000,
    "seed: -1",
    "seed: 1e400",
    "seed: 0x" + "f" * 500,
    "minutes: .nan",
    "version: 1:20:30",
    "version: true",
    "title: 2020-01-01",
    "title: 2020-99-99",
    "title: 2020-01-01T25:61:61Z",
    "title: null",
    "title: [a, b]",
    "title: {a: b}",
    "title: |\n  one\n  two",
    'title: "\\e[2J"',
    'title: "\\ud800"',
    'title: "\\0"',
    "title: x\ntitle: y",
    "Title: x",
    "? [a, b]\n: c",
    "? {a: b}\n: c",
    "[a, b]",
    "- a\n- b",
    "just words",
    "{" * 9000,
    "[" * 9000,
    "- " * 4000,
    "? " * 4000,
    "a: " * 3000,
    "".join(" " * depth + "a:\n" for depth in range(130)),
    "needs: [" + "a, " * 3000 + "a]",
    "needs: [1, 2]",
    "needs: autograd",
    "teaches: [[a]]",
    "packages: [../../etc]",
    "%YAML 9.9",
    "...",
    "--- |\n x",
    "\tid: x",
    "id: 'x",
    "@: x",
    "`: x",
    ": x",
    "\u2028id: x",
    "id: x\x85title: y",
    "# nothing",
    "nothing: x\n" * 800,
)


def _front(dice: random.Random) -> str:
    front = dice.choice(_FRONTS)
    head = "id: small\ntitle: Small\n" if dice.random() < 0.6 else ""
    return WHOLE.replace("id: small\ntitle: A small lesson\nseed: 3\n", head + front + "\n", 1)


_CHARACTERS = (
    "\x00", "\x1b[2J", "\x1b]0;x\x07", "\x9b31m", "\ufeff", "\r", "\u202e", "\u2066", "\u2028", "\x7f", "\x08", "\x0c",
)  # fmt: skip
_ENCODED: tuple[Damage, ...] = (
    lambda dice: b"\xef\xbb\xbf" + WHOLE.encode(),
    lambda dice: WHOLE.replace("\n", "\r\n").encode(),
    lambda dice: WHOLE.replace("\n", "\r").encode(),
    lambda dice: WHOLE.replace("\n", "\n\r").encode(),
    lambda dice: WHOLE.encode("utf-16"),
    lambda dice: WHOLE.encode("utf-32"),
    lambda dice: WHOLE.replace("Read", "Ré\udce9").encode("utf-8", "surrogatepass"),
    lambda dice: WHOLE.encode().replace(b"Read", b"R\xe9ad"),
    lambda dice: WHOLE.encode() + b"\xc3",
    lambda dice: b"",
    lambda dice: b"\n" * dice.randrange(1, 1000),
    lambda dice: bytes(dice.randrange(256) for _ in range(3000)),
    lambda dice: WHOLE.encode() + b"x" * 10 * 2**20,
    lambda dice: WHOLE + "x" * 30_000,
    lambda dice: WHOLE * 100,
)

DAMAGES: tuple[tuple[str, Damage], ...] = (
    ("cut", lambda dice: WHOLE[: dice.randrange(len(WHOLE))]),
    ("beheaded", lambda dice: WHOLE[dice.randrange(len(WHOLE)) :]),
    ("shuffled", _lines(lambda dice, lines: dice.shuffle(lines))),
    ("moved", _lines(_moved)),
    ("doubled", _lines(_doubled)),
    ("dropped", _lines(_dropped)),
    ("indented", _lines(_indented)),
    ("thinned", _without_some_characters),
    ("one byte", _bytes(1)),
    ("ten bytes", _bytes(10)),
    ("characters", _inserted(*_CHARACTERS)),
    ("nested", _nested),
    ("stairs", _stairs),
    ("repeated", _repeated),
    ("code", _code),
    ("front", _front),
    ("front again", _front),
    ("encoded", lambda dice: dice.choice(_ENCODED)(dice)),
)


def damaged(number: int) -> tuple[str, bytes]:
    """What was done to it, and the content of file ``number``."""
    kind, damage = DAMAGES[number % len(DAMAGES)]
    content = damage(random.Random(number))
    return kind, content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
