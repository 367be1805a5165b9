"""``h, w, c = img.shape`` of a grey image, and ``h, w = img.shape`` of a colour image: a NumPy array or a tensor."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_CHANNELS = re.compile(r"^_$|^(?:n_?)?(?:c|ch|chans?|channels?|depth)$", re.IGNORECASE)
_SIDE = re.compile(r"^(?:h|w|height|width|rows|cols|H|W|ny|nx|\w+_(?:h|w|height|width))$", re.IGNORECASE)
_COLOURS = (1, 3, 4)


def image_shape(case: Case, names: Sequence[ast.expr], value: ast.expr) -> Finding | None:
    """What to say where ``value`` is the ``.shape`` of an image; None of other shapes, and of what is no image."""
    match value:
        case ast.Attribute(value=ast.Name() as image, attr="shape"):
            held = case.real(image)
        case _:
            return None
    shape = tuple(held.shape) if is_numpy_array(held) else case.shape(image)
    words = [each.id for each in names if isinstance(each, ast.Name)]
    line = case.site.line
    if shape is None or len(words) != len(names) or not isinstance(line, ast.Assign):
        return None
    source, fields = case.site.source, {"image": image.id, "shape": shape_text(shape)}
    if len(words) == 3 and len(shape) == 2 and _SIDE.search(words[0]) and _SIDE.search(words[1]):
        if not _CHANNELS.search(words[2]):
            return None
        text = gettext(
            "{image} is {shape}: a grey image, which has no dim for the channels. {image}[..., None] gives it one, of "
            "size 1.",
            **fields,
        )
        more = f"if {image.id}.ndim == 2:\n    {image.id} = {image.id}[..., None]\n"  # not a sentence: code
        return Finding(text, verified(case, Candidate(more + segment(source, line), replaces_line=True, gives="")))
    if len(words) == 2 and len(shape) == 3 and all(map(_SIDE.search, words)):
        places = "[:2]" if shape[2] in _COLOURS else "[1:]" if shape[0] in _COLOURS else ""
        if not places:
            return None
        code = f"{segment(source, value)}{places}"
        text = gettext(
            "{image} is {shape}: an image with its channels in a dim of its own. {code} are the height and the width.",
            **fields,
            code=code,
        )
        new = spliced(source, line, {value: code})
        return Finding(text, verified(case, Candidate(new, replaces_line=True, gives="")))
    return None
