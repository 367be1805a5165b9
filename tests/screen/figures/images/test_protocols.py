"""The bytes of each protocol, decoded as a terminal decodes them: they are the picture."""

from __future__ import annotations

import re
import zlib
from base64 import standard_b64decode

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.images.iterm import iterm_command
from ptrepl.screen.figures.images.kitty import MOST_CELLS, PLACEHOLDER, ROW_MARKS, kitty_commands, placeholder_lines
from ptrepl.screen.figures.images.png import png_size
from ptrepl.screen.figures.images.sixel import sixel_command
from ptrepl.screen.figures.images.tmux import passed_through
from ptrepl.screen.theme import ansi
from ptrepl.screen.wrap import columns
from tests.screen.figures.images.pngs import encode_png

sizes = st.tuples(st.integers(1, 30), st.integers(1, 40))


def picture(height: int, width: int, colours: int = 256) -> numpy.ndarray:
    random = numpy.random.default_rng(height * 1000 + width)
    return random.integers(0, 256, (colours, 3), dtype=numpy.uint8)[random.integers(0, colours, (height, width))]


def decoded_png(data: bytes) -> numpy.ndarray:
    """A PNG of eight bits RGB whose rows have no filter; the checksums are compared."""
    width, height = png_size(data)
    place, rows = 8, b""
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        name, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        assert int.from_bytes(data[place + 8 + size : place + 12 + size], "big") == zlib.crc32(name + body)
        rows += body if name == b"IDAT" else b""
        place += 12 + size
    values = numpy.frombuffer(zlib.decompress(rows), numpy.uint8).reshape(height, 1 + 3 * width)
    assert not values[:, 0].any()
    return values[:, 1:].reshape(height, width, 3)


def decoded_sixel(text: str) -> numpy.ndarray:
    """The picture that a terminal with sixel draws, as DEC STD 070 says; red, green and blue in percent."""
    found = re.fullmatch(r'\x1bP0;1q"1;1;(\d+);(\d+)(.*)\x1b\\', text, re.DOTALL)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    palette: dict[int, tuple[int, ...]] = {}
    drawn = numpy.full((height, width, 3), -1)
    x = y = colour = 0
    parts = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)")
    place = 0
    while place < len(found[3]):
        part = parts.match(found[3], place)
        assert part is not None, found[3][place : place + 20]
        place = part.end()
        if part[1]:
            palette[int(part[1])] = tuple(int(part[each]) for each in (2, 3, 4))
        elif part[5]:
            colour = int(part[5])
        elif part[9]:
            x = 0
        elif part[10]:
            x, y = 0, y + 6
        else:
            bits = ord(part[7] or part[8]) - 63
            count = int(part[6] or 1)
            for row in range(6):
                if bits >> row & 1:
                    drawn[y + row, x : x + count] = palette[colour]
            x += count
    return drawn


@given(sizes)
def test_a_png_is_the_picture(size: tuple[int, int]) -> None:
    pixels = picture(*size)
    assert (decoded_png(encode_png(pixels)) == pixels).all()
    with pytest.raises(ValueError, match="no PNG"):
        png_size(b"GIF89a")


@given(st.integers(1, 80), st.integers(1, 80), st.booleans())
def test_kitty_gets_the_picture_in_chunks(height: int, width: int, placeholders: bool) -> None:
    png = encode_png(picture(height, width))
    commands = kitty_commands(png, 0x123456, 20, 10, placeholders=placeholders)
    parts = [re.fullmatch(r"\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\", command) for command in commands]
    keys = [dict(each.split("=") for each in part[1].split(",")) for part in parts if part]
    assert standard_b64decode("".join(part[2] for part in parts if part)) == png
    assert all(len(part[2]) <= 4096 for part in parts if part)
    assert [key["m"] for key in keys] == ["1"] * (len(keys) - 1) + ["0"]
    assert all(key["q"] == "2" for key in keys), "an answer would be typed into the prompt"
    first = keys[0]
    assert (first["a"], first["f"], first["i"], first["c"], first["r"]) == ("T", "100", str(0x123456), "20", "10")
    assert ("U" in first) is placeholders


def test_placeholders_say_which_picture_row_and_column_they_are() -> None:
    lines = placeholder_lines(0x123456, 3, 2)
    printed = ["".join(ansi(style, text) for style, text in line) for line in lines]
    # the colour is the number of the picture, the marks are the row and the column
    assert printed == [
        "\x1b[38;2;18;52;86m"
        + "".join(PLACEHOLDER + ROW_MARKS[row] + ROW_MARKS[column] for column in range(3))
        + "\x1b[0m"
        for row in range(2)
    ]
    assert ROW_MARKS[:4] == ("\u0305", "\u030d", "\u030e", "\u0310")
    assert columns(lines[0][0][1]) == 3
    assert MOST_CELLS == len(set(ROW_MARKS)) >= 100
    with pytest.raises(ValueError, match="no placeholders"):
        placeholder_lines(1, MOST_CELLS + 1, 1)


@given(sizes)
def test_iterm_gets_the_picture(size: tuple[int, int]) -> None:
    png = encode_png(picture(*size))
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07", iterm_command(png, 20, 10))
    assert found is not None
    keys = dict(each.split("=") for each in found[1].split(";"))
    assert standard_b64decode(found[2]) == png
    assert (keys["inline"], keys["size"], keys["width"], keys["height"]) == ("1", str(len(png)), "20", "10")


@given(sizes, st.integers(1, 256))
def test_sixel_draws_each_pixel_in_its_colour(size: tuple[int, int], colours: int) -> None:
    pixels = picture(*size, colours)
    assert (decoded_sixel(sixel_command(pixels)) == (pixels / 2.55).round()).all()


def test_sixel_draws_a_picture_of_many_colours_in_a_cube() -> None:
    pixels = numpy.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=numpy.uint8)
    text = sixel_command(pixels)
    assert abs(decoded_sixel(text) - pixels / 2.55).max() <= 11
    assert len(re.findall(r"#\d+;2;", text)) <= 216


def test_tmux_passes_a_sequence_on_with_its_escapes_doubled() -> None:
    sequence = "\x1b_Ga=T;QUJD\x1b\\"
    wrapped = passed_through(sequence)
    assert wrapped.startswith("\x1bPtmux;")
    assert wrapped.endswith("\x1b\\")
    # as tmux reads it: to the first escape that is not doubled
    inner = wrapped.removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
    assert re.sub("\x1b\x1b", "", inner).count("\x1b") == 0
    assert inner.replace("\x1b\x1b", "\x1b") == sequence
