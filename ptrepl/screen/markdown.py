"""CommonMark → lines: wrapped and styled for a terminal, as it stands without one.

rich lays the blocks out (lists, quotes, tables, code); where a line of text is broken, ``screen.wrap`` says. The theme
gives rich's elements our style names, which come back in the ``meta`` of each segment's style.

Why rich, and not markdown-it's tokens alone, which the lessons are parsed to anyway: the first text of a lesson takes
46 ms of CPU with rich (31 to import it, 8 to import the Pygments that the prompt needs too) and each further one 2.2,
against 1.7 and 0.7 ms for parsing and wrapping alone. That is paid once, and only by who opens a lesson; nested lists,
quotes and tables would be ours to lay out and to keep right.
"""

from __future__ import annotations

import functools
import io
from typing import TYPE_CHECKING, Any, ClassVar

from ptrepl.screen.code_breaks import broken_code
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import NO_BREAK
from ptrepl.screen.wrap import WIDEST, fill, slices

if TYPE_CHECKING:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.style import Style
    from rich.theme import Theme


_INDENT = "    "
_LONGEST_WHOLE = 24
"""Characters of code within a sentence that is not broken, so that a formula is read as one."""
_STYLES = {
    "code": "code",
    "code_block": "code",
    "em": "title",
    "strong": "title",
    **{f"h{level}": "title" for level in range(1, 8)},
    "table.header": "title",
    "table.border": "dim",
    "block_quote": "",
    "item.bullet": "dim",
    "item.number": "dim",
    "kbd": "title",
    "link": "",
    "link_url": "dim",
}
"""rich's elements of Markdown, and our styles of them."""


def markdown_lines(text: str, width: int | None, *, base: str = "", ticks: bool = False) -> list[Line]:
    """The lines of ``text``, of at most ``width`` columns; unwrapped and untouched where that is None.

    ``base``: the style of what has none of its own. ``ticks``: keep the backticks round code, for a terminal without
    colours.
    """
    if width is None:
        return [text_line(line, base) for line in text.rstrip("\n").split("\n")]
    from rich.console import Console

    console = Console(
        width=min(width, WIDEST),
        file=io.StringIO(),
        theme=_theme(),
        highlight=False,
        force_terminal=True,
        legacy_windows=False,
    )
    rows = console.render_lines(_page(text, ticks, min(console.width // 3, _LONGEST_WHOLE)), pad=False)
    lines = [
        tuple((_name(segment.style) or base, _plain_bullet(_spaced(segment.text))) for segment in row if segment.text)
        for row in rows
    ]
    return _trimmed(lines)


def code_lines(source: str, width: int | None) -> list[Line]:
    """Python to look at, indented; its long lines broken where Python lets them, unless ``width`` is None."""
    shown = source if width is None else broken_code(source, width - len(_INDENT))
    return [((("", _INDENT), ("code", line)) if line else ()) for line in shown.split("\n")]


def _spaced(text: str) -> str:
    return text.replace(NO_BREAK, " ")


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


def _name(style: Style | None) -> str:
    return "" if style is None else style.meta.get("name", "")


@functools.cache
def _theme() -> Theme:
    from rich.style import Style
    from rich.theme import Theme

    # rich's own looks would say nothing to anybody: lines carry names, and screen.theme knows what they look like
    return Theme(
        {f"markdown.{element}": Style(meta={"name": name} if name else None) for element, name in _STYLES.items()}
    )


@functools.cache
def _elements() -> dict[str, Any]:
    """rich's elements, those with text in them broken into lines as everything else on the screen is."""
    from rich.console import ConsoleOptions, RenderResult
    from rich.containers import Lines
    from rich.markdown import CodeBlock, Heading, Markdown, MarkdownContext, Paragraph, TableDataElement
    from rich.text import Text

    class Flowing(Text):
        def copy(self) -> Flowing:
            return Flowing(self.plain, self.style, justify=self.justify, end=self.end, spans=self.spans[:])

        def wrap(self, console: Console, width: int, *, justify: Any = None, **_: Any) -> Lines:
            lines = Lines()
            for line in self.split(allow_blank=True):
                lines.extend([line[cut] for cut in slices(line.plain, width, width)] or [line])
            if justify in ("center", "right"):
                lines.justify(console, width, justify=justify)
            return lines

    class FlowingParagraph(Paragraph):
        def on_enter(self, context: MarkdownContext) -> None:
            super().on_enter(context)
            self.text = Flowing()

    class FlowingHeading(Heading):
        def on_enter(self, context: MarkdownContext) -> None:
            super().on_enter(context)
            self.text = Flowing()

    class FlowingCell(TableDataElement):
        def __init__(self, justify: Any) -> None:
            super().__init__(justify)
            self.content = Flowing(justify=justify)

    class IndentedBlock(CodeBlock):
        """Not on a coloured ground, which would be dark on a light terminal."""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            for line in str(self.text).rstrip("\n").split("\n"):
                yield Text("\n".join(fill(line, options.max_width, _INDENT)) or " ", style="markdown.code_block")

    return {
        **Markdown.elements,
        "paragraph_open": FlowingParagraph,
        "heading_open": FlowingHeading,
        "th_open": FlowingCell,
        "td_open": FlowingCell,
        "fence": IndentedBlock,
        "code_block": IndentedBlock,
    }


def _page(text: str, ticks: bool, whole: int) -> Markdown:
    """``whole``: the length up to which code within a sentence stays in one line."""
    from rich.markdown import Markdown

    class Page(Markdown):
        elements: ClassVar[Any] = _elements()

    page = Page(text, hyperlinks=False)
    for token in page.parsed:
        for child in token.children or ():
            if child.type == "code_inline":
                code = f"`{child.content}`" if ticks else child.content
                child.content = code.replace(" ", NO_BREAK) if len(code) <= whole else code
    return page
