"""CommonMark → lines: wrapped and styled for a terminal, as it stands without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.wrap import WIDEST

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.markdown import Markdown
    from rich.style import Style


_INDENT = "    "


def markdown_lines(text: str, width: int | None, *, base: str = "", ticks: bool = False) -> list[Line]:
    """The lines of ``text``, of at most ``width`` columns; unwrapped and untouched where that is None.

    ``base``: the style of what has none of its own. ``ticks``: keep the backticks round code, for a terminal without
    colours.
    """
    if width is None:
        return [text_line(line, base) for line in text.rstrip("\n").split("\n")]
    console = _console(min(width, WIDEST))
    rows = console.render_lines(_markdown(text, ticks), pad=False)
    lines = [
        tuple((_name(segment.style) or base, _plain_bullet(segment.text)) for segment in row if segment.text)
        for row in rows
    ]
    return _trimmed(lines)


def code_lines(source: str) -> list[Line]:
    """Python to look at, indented."""
    return [((("", _INDENT), ("code", line)) if line else ()) for line in source.split("\n")]


def _plain_bullet(text: str) -> str:
    return " - " if text == " • " else text  # which every terminal and screen reader knows


def _trimmed(lines: list[Line]) -> list[Line]:
    """Without empty lines before and after, and without the spaces that fill each line up."""
    cut = [_right_trimmed(line) for line in lines]
    while cut and not cut[0]:
        cut.pop(0)
    while cut and not cut[-1]:
        cut.pop()
    return cut


def _right_trimmed(line: Line) -> Line:
    if not line:
        return line
    *before, (style, text) = line
    return (*before, (style, text.rstrip())) if text.strip() else _right_trimmed(tuple(before))


def _console(width: int) -> Console:
    import io

    from rich.console import Console
    from rich.theme import Theme

    theme = Theme(
        {
            "markdown.code": "cyan",
            "markdown.code_block": "cyan",
            "markdown.em": "bold",
            "markdown.item.bullet": "dim",
            "markdown.item.number": "dim",
            "markdown.link": "default",
            "markdown.link_url": "dim",
        }
    )
    return Console(
        width=width, file=io.StringIO(), theme=theme, highlight=False, force_terminal=True, legacy_windows=False
    )


def _name(style: Style | None) -> str:
    """Our name for a style of the theme above."""
    if style is None:
        return ""
    if style.color is not None and style.color.name == "cyan":
        return "code"
    if style.dim:
        return "dim"
    return "title" if style.bold else ""


def _markdown(text: str, ticks: bool) -> Markdown:
    from rich.markdown import CodeBlock, Markdown
    from rich.text import Text

    class Block(CodeBlock):
        """Indented instead of on a coloured ground, which would be dark on a light terminal."""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            for line in str(self.text).rstrip("\n").split("\n"):
                yield Text(_INDENT + line, style="markdown.code_block", overflow="fold")

    class Page(Markdown):
        """With our code blocks."""

        elements: ClassVar[Any] = {**Markdown.elements, "fence": Block, "code_block": Block}

    page = Page(text, hyperlinks=False)
    if ticks:
        for token in page.parsed:
            for child in token.children or ():
                if child.type == "code_inline":
                    child.content = f"`{child.content}`"
    return page
