"""What moved where, in sentences: below the grids, and instead of them for a screen reader and in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ptrepl.engine.layouts.functions import ElementEffect
from ptrepl.engine.layouts.layout import ElementLayout, ShownTensor
from ptrepl.engine.layouts.sources import Source
from ptrepl.engine.watch.facts import shape_text
from ptrepl.screen.figures.layouts.labels import Labels, element_name, group_name, in_brackets, value_text
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import NO_BREAK, told_unbroken
from ptrepl.screen.wrap import columns, fill
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_MOST_WRITTEN = 8
"""Products, or elements, that are written out in a sentence."""
_MOST_LISTED = 6
_LONG_CALL, _LONG_NAME, _LONG = 14, 24, 40
"""Characters of code for which a sentence has a name, and which are not repeated in a hint."""
_DEEPEST = 30
_TIMES = "\u22c5"
"""The dot operator, for which a terminal of ASCII gets a star."""


def remark_lines(code: str, layout: ElementLayout, labels: Labels, width: int | None) -> list[Line]:
    """What is said below the grids, an empty line before it."""
    lines = [line for each in _about_marks(layout, labels) for line in told_unbroken(each, width, "dim")]
    if (asked := layout.asked) is not None:
        lines += _formula_lines(source_texts(with_names(layout), asked), width)
        if layout.chosen is None and len(layout.results[0].sources) > 1:
            last = [size - 1 for size in layout.results[0].tensor.shape]
            if len(code) > _LONG:
                said = gettext("Another element: the same with {index} behind a space at the end", index=last)
            else:
                said = gettext("Another element: %show {code} {index}", code=code, index=last)
            lines += told_unbroken(said, width, "dim")
    return [(), *lines] if lines else []


def with_names(layout: ElementLayout) -> ElementLayout:
    """The layout with short names for operands and results of which too much was written for a sentence."""
    operands = tuple(
        replace(each, code=f"t{place}") if _is_long(each.code) else each
        for place, each in enumerate(layout.operands, 1)
    )
    results = tuple(
        replace(each, tensor=replace(each.tensor, code=gettext("result")))
        if _is_long(each.tensor.code) and len(layout.results) == 1
        else each
        for each in layout.results
    )
    return replace(layout, operands=operands, results=results)


def _is_long(code: str) -> bool:
    return len(code) > (_LONG_CALL if "(" in code else _LONG_NAME)


def _about_marks(layout: ElementLayout, labels: Labels) -> Iterator[str]:
    named = with_names(layout).operands
    sources = layout.results[0].sources
    if labels.shown:
        yield from _about_letters(layout, named, labels)
    if layout.effect is ElementEffect.MOVE and any(not each for result in layout.results for each in result.sources):
        yield gettext("· stands before a constant: it comes from no element.")
    if layout.effect is ElementEffect.ELEMENTWISE:
        stretched = [each.code for each in named if each.moves and each.shape != layout.results[0].tensor.shape]
        if stretched and sources:
            yield gettext(
                "In parentheses: the copies that broadcasting makes of {names}. They take no memory.",
                names=every([*dict.fromkeys(stretched)]),
            )


def _about_letters(layout: ElementLayout, named: Sequence[ShownTensor], labels: Labels) -> Iterator[str]:
    """What the small and the capital letters stand for, and those of a result."""
    parts = []
    for place, operand in enumerate(named):
        last = len(operand.values or ()) - 1
        if not operand.moves or last < 0:
            continue
        letter, element = labels.letter((place, 0)), element_name(operand, 0).replace(" ", NO_BREAK)
        if last:
            parts.append(
                gettext(
                    "{letter} to {last_letter} for {element} to {last}",
                    letter=letter,
                    last_letter=labels.letter((place, last)),
                    element=element,
                    last=element_name(operand, last).replace(" ", NO_BREAK),
                )
            )
        else:
            parts.append(gettext("{letter} for {element}", letter=letter, element=element))
    if parts:
        yield gettext("Letters stand for elements: {letters}.", letters=every(parts))
    if layout.effect is not ElementEffect.MOVE and any(len(each) > 1 for each in layout.results[0].sources):
        yield gettext("An element of the result has the letters of those that it is computed from.")


def _formula_lines(texts: Sequence[str], width: int | None) -> list[Line]:
    """A sentence; or the lines of a formula below each other, which are broken before a sign where they are long."""
    first, *more = texts
    name, _, terms = first.partition(" = ")
    indent = columns(name) + 1
    widest = max(columns(first), *(indent + columns(each) for each in more), 0)
    if width is None or not more or (indent <= _DEEPEST and widest <= width):
        return [
            *told_unbroken(first, width),
            *(line for each in more for line in told_unbroken(each, width, "", " " * indent)),
        ]
    lines = told_unbroken(name, width)
    for row in (f"= {terms}", *more):
        lines += [text_line(each.replace(NO_BREAK, " ")) for each in fill(row, width, "    ", "      ")]
    return lines


def source_texts(layout: ElementLayout, at: int) -> list[str]:
    """Where one element of the first result comes from, with its value: a sentence, or the two lines of a formula."""
    result = layout.results[0]
    element, sources = element_name(result.tensor, at), result.sources[at]
    value = value_text((result.tensor.values or ())[at], 4)
    if not sources:
        return [gettext("{element} = {value} is a constant: it comes from no element.", element=element, value=value)]
    if layout.effect is ElementEffect.MOVE:
        source = _name(layout, sources[0])
        return [gettext("{element} is {source} = {value}", element=element, source=source, value=value)]
    if layout.effect is ElementEffect.PRODUCT and layout.terms and layout.asked == at:
        names = [_TIMES.join(_name(layout, each) for each in term) for term in layout.terms]
        values = [_TIMES.join(_value(layout, each) for each in term) for term in layout.terms]
        return _formula(element, names, values, " + ", value)
    if layout.effect is ElementEffect.ELEMENTWISE and layout.sign and len(layout.operands) == len(sources) == 2:
        names, values = [_name(layout, each) for each in sources], [_value(layout, each) for each in sources]
        return _formula(element, names, values, f" {layout.sign} ", value)
    if layout.effect is ElementEffect.REDUCTION and layout.name in _JOINS:
        names, values = [_name(layout, each) for each in sources], [_value(layout, each) for each in sources]
        return _formula(element, names, values, _JOINS[layout.name], value)
    said = gettext(
        "{element} = {value} is computed from {sources}.",
        element=element,
        value=value,
        sources=sources_text(layout.operands, sources),
    )
    return [said]


def _formula(element: str, names: Sequence[str], values: Sequence[str], sign: str, value: str) -> list[str]:
    """``c[0] = a[0]·b[0] + a[1]·b[1]`` and ``= 1·2 + 3·4 = 14``; of a long one the first two terms and the last."""
    between = f" {sign.strip()}{NO_BREAK}"
    names, values = ([each.replace(" ", NO_BREAK) for each in terms] for terms in (names, values))
    computed = between.join(_shortened(values))
    shown = [
        f"{element} = {between.join(_shortened(names))}",
        f"= {computed} ={NO_BREAK}{value}" if computed != value else f"= {value}",
    ]
    if names == values:
        return shown[:1]
    if len(names) > _MOST_WRITTEN:
        shown[1] += gettext(", {count} terms", count=len(names))
    return shown


def _shortened(terms: Sequence[str]) -> Sequence[str]:
    return terms if len(terms) <= _MOST_WRITTEN else [*terms[:2], "…", terms[-1]]


_JOINS = {
    "sum": " + ",
    "nansum": " + ",
    "cumsum": " + ",
    "prod": f" {_TIMES} ",
    "cumprod": f" {_TIMES} ",
    "trace": " + ",
}
"""Reductions that are written with a sign between the elements."""


def _name(layout: ElementLayout, source: Source) -> str:
    return element_name(layout.operands[source[0]], source[1])


def _value(layout: ElementLayout, source: Source) -> str:
    text = value_text((layout.operands[source[0]].values or ())[source[1]], 4)
    return f"({text})" if text.startswith("-") else text


def sources_text(operands: Sequence[ShownTensor], sources: Sequence[Source]) -> str:
    """``x[1, :]``, ``a[0, :] and b[:, 2]``: elements of each operand, as few indexes as give them."""
    parts = []
    for place, operand in enumerate(operands):
        own = [at for owner, at in sources if owner == place]
        if not own:
            continue
        if grouped := group_name(operand, own):
            parts.append(grouped)
        elif len(own) <= _MOST_LISTED:
            parts += [element_name(operand, at) for at in own]
        else:
            parts.append(
                ngettext("{count} element of {name}", "{count} elements of {name}", len(own), name=operand.code)
            )
    return every(parts)


def told_lines(code: str, layout: ElementLayout, width: int | None) -> list[Line]:
    """The shapes, then a line for each element of the results; for one alone where it was chosen."""
    given = every([gettext("{name} {shape}", name=each.code, shape=shape_text(each.shape)) for each in layout.operands])
    lines: list[Line] = []
    wide = layout.results[0].tensor.shape
    for each in layout.operands:
        if layout.effect is ElementEffect.ELEMENTWISE and each.moves and each.shape != wide:
            said = gettext(
                "Broadcasting stretches {name} from {shape} to {wide}: the copies take no memory.",
                name=each.code,
                shape=shape_text(each.shape),
                wide=shape_text(wide),
            )
            lines += told_unbroken(said, width)
    for result in layout.results:
        said = gettext(
            "{result} {shape} from {operands}",
            result=in_brackets(result.tensor.code) if result.tensor.code != code else code,
            shape=shape_text(result.tensor.shape),
            operands=given,
        )
        lines += told_unbroken(said, width, "title")
        if not result.sources:
            lines += told_unbroken(gettext("no elements"), width, "", "  ")
        for at, sources in enumerate(result.sources):
            if layout.chosen is None:
                lines += told_unbroken(_row(layout, result.tensor, at, sources), width, "", "  ")
        if layout.chosen is not None:
            return lines + told_unbroken(" ".join(source_texts(layout, layout.chosen)), width, "", "  ")
    return lines


def _row(layout: ElementLayout, result: ShownTensor, at: int, sources: Sequence[Source]) -> str:
    index = element_name(result, at).removeprefix(in_brackets(result.code)) or result.code
    value = value_text((result.values or ())[at], 4)
    if not sources:
        return gettext("{element} {value} is a constant", element=index, value=value)
    return gettext(
        "{element} {value} from {sources}",
        element=index,
        value=value,
        sources=sources_text(layout.operands, sources),
    )
