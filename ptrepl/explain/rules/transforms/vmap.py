"""What a function may not do under ``torch.vmap``, which runs it once for all rows; and arguments of other lengths."""

from __future__ import annotations

from ptrepl.explain.case import Case
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_MORE = "transforms/vmap"


def _condition(_case: Case) -> Finding:
    return Finding(
        gettext(
            "vmap runs the function once for all rows, and a condition on a tensor has an answer for each of them, so "
            "that if and while cannot go one way. torch.where(condition, a, b) takes a or b for each row."
        )
    )


def _single_number(_case: Case) -> Finding:
    return Finding(
        gettext(
            "vmap runs the function once for all rows, and a tensor in it stands for a number of each of them, so that "
            "item(), float() and int() have no single one to give. Go on with the tensor itself."
        )
    )


def _mask(_case: Case) -> Finding:
    return Finding(
        gettext(
            "vmap runs the function once for all rows, and a mask may pick another number of elements from each of "
            "them, which fits into no tensor. torch.where(mask, x, 0) keeps the shape, with zeros where nothing is "
            "picked."
        )
    )


def _random(_case: Case) -> Finding:
    return Finding(
        gettext(
            "vmap has to be told about random numbers: with randomness='different' each row draws its own, with "
            "randomness='same' all rows share one draw. It is an argument of vmap, beside the function."
        )
    )


def _lengths(case: Case) -> Finding:
    return Finding(
        gettext(
            "vmap goes through its arguments in step, so they must be equally long in the dims that in_dims names, and "
            "here the lengths are {sizes}. For an argument that stays the same for all, in_dims has None in its place.",
            sizes=case.match.group(1),
        )
    )


def _dim(case: Case) -> Finding:
    return Finding(
        ngettext(
            "in_dims names dim {dim} for an argument that has {count} dim, counted from 0. It has a number for each "
            "argument, in their order, and one number alone is for all of them.",
            "in_dims names dim {dim} for an argument that has {count} dims, counted from 0. It has a number for each "
            "argument, in their order, and one number alone is for all of them.",
            int(case.match.group(2)),
            dim=case.match.group(1),
        )
    )


def _arguments(case: Case) -> Finding:
    places, given = (text.count("*") for text in case.match.groups())
    return Finding(
        gettext(
            "in_dims must have a place for each argument that the function is called with: it has {places}, and the "
            "call has {given}.",
            places=places,
            given=given,
        )
    )


def _plain_argument(_case: Case) -> Finding:
    return Finding(
        gettext(
            "vmap goes through tensors, and one argument here is no tensor. in_dims has None in its place, so that "
            "each call gets it as it is; where each row has a number of its own, make a tensor of them."
        )
    )


def _in_a_tuple(_case: Case) -> Finding:
    return Finding(
        gettext(
            "The arguments stand together in one tuple, which is a single argument. Give them one by one, as the "
            "function itself takes them."
        )
    )


RULES = (
    Rule(
        "vmap condition",
        ("RuntimeError",),
        r"^vmap: .* in some data-dependent control flow",
        _condition,
        more=_MORE,
        lesson="faster/if-inside",
    ),
    Rule("vmap number", ("RuntimeError",), r"^vmap: .* calling \.item\(\) on a Tensor", _single_number, more=_MORE),
    Rule("vmap mask", ("RuntimeError",), r"^vmap: .* dynamic shape\. .* boolean mask", _mask, more=_MORE),
    Rule(
        "vmap random",
        ("RuntimeError",),
        r"^vmap: called random operation while in randomness error mode",
        _random,
        more=_MORE,
    ),
    Rule(
        "vmap lengths",
        ("ValueError",),
        r"^vmap: Expected all tensors to have the same size.* got sizes (.*) for",
        _lengths,
        more=_MORE,
    ),
    Rule(
        "vmap dim",
        ("ValueError",),
        r"^vmap\(.*Got in_dim=(-?\d+) for some input, but that input is a Tensor of dimensionality (\d+)",
        _dim,
        more=_MORE,
    ),
    Rule(
        "vmap arguments",
        ("ValueError",),
        r"^vmap\(.*in_dims has structure TreeSpec\(tuple, None, \[([*,\s]*)\]\) "
        r"but inputs has structure TreeSpec\(tuple, None, \[([*,\s]*)\]\)",
        _arguments,
        more=_MORE,
    ),
    Rule(
        "vmap plain",
        ("ValueError",),
        r"^vmap\(.*We cannot vmap over non-Tensor arguments",
        _plain_argument,
        more=_MORE,
    ),
    Rule(
        "vmap tuple",
        ("ValueError",),
        r"^vmap\(.*in_dims has structure TreeSpec\(tuple, None, \[[*,\s]*\]\) "
        r"but inputs has structure TreeSpec\(tuple, None, \[TreeSpec\(tuple, None, \[[*,\s]*\]\)\]\)",
        _in_a_tuple,
        more=_MORE,
    ),
)
