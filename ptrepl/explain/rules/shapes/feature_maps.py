"""Feature maps of one image that were halved and doubled to sizes that differ, as in a U-Net."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ptrepl.engine.record.record import one_line
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def resized_maps(case: Case, parts: Sequence[tuple[ast.expr | None, tuple[int, ...]]]) -> Finding | None:
    """What brings feature maps of an image to one size where they differ by a few, as in a U-Net; None elsewhere.

    Doubling gives an even size: of an even one and an odd one, the even one was resized.
    """
    if len(parts) != 2:
        return None
    (first, one), (second, two) = parts
    if first is None or second is None or len(one) != len(two) or len(one) not in (3, 4):
        return None
    if (len(one) == 3 or not isinstance(case.node, ast.Call)) and not _of_images(case):
        return None  # dim 2 may be the features of a sequence, or the keys of attention
    pairs = [*zip(one, two, strict=True)][2:]
    apart = [(left, right) for left, right in pairs if left != right]
    if not apart or any(abs(left - right) > 3 for left, right in apart) or max(map(max, apart)) < 4:
        return None
    close = [each for each in apart if abs(each[0] - each[1]) == 1]
    if close:
        even_is_first = close[0][0] % 2 == 0
    elif all(left < right for left, right in apart) or all(left > right for left, right in apart):
        even_is_first = apart[0][0] < apart[0][1]
    else:
        return None
    if any(each[0 if even_is_first else 1] % 2 for each in close):
        return None
    changed_one, other = (first, second) if even_is_first else (second, first)
    source = case.site.source
    size = postfix(source, other, f".shape[{2 - len(one)}:]")
    function = "F.interpolate" if "F" in case.site.frame.f_globals else "torch.nn.functional.interpolate"
    new = f"{function}({segment(source, changed_one)}, size={size})"
    told = []
    if close:
        even, odd = close[0] if even_is_first else close[0][::-1]
        if even < odd:
            told.append(
                gettext("{odd} is odd: halving rounds it down, and doubling then gives {even}.", odd=odd, even=even)
            )
        else:
            told.append(
                gettext("{odd} is odd: halving rounds it up, and doubling then gives {even}.", odd=odd, even=even)
            )
    else:
        told.append(
            gettext(
                "A height or width that was halved and doubled again comes back only if it could be halved without a "
                "rest."
            )
        )
    if (even_is_first and one < two) or (not even_is_first and two < one):
        told.append(gettext("This brings the smaller one to the size of the other: {code}", code=one_line(new)))
    else:
        told.append(gettext("This brings the larger one to the size of the other: {code}", code=one_line(new)))
    match case.node:
        case ast.AugAssign(target=target, op=ast.Add(), value=value) if target is changed_one:
            way = f"{segment(source, target)} = {new} + {operand(source, value)}"
        case _:
            way = spliced(source, case.site.node, {changed_one: new})
    return Finding(" ".join(told), tried(case, [Candidate(way)]))


def _of_images(case: Case) -> bool:
    """Whether the code resizes feature maps: what it calls says so."""
    return any(word in case.site.source for word in ("MaxPool", "max_pool", "ConvTranspose", "Upsample", "interpolate"))
