"""For which network a state dict was saved, where its name or its shapes speak for another one."""

from __future__ import annotations

import ast
import re
from itertools import islice

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import Shapes, is_plain_dict, listed, shapes_of_dict, shapes_of_module
from ptrepl.explain.rewrite import in_a_sentence, spliced
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000


def key_of_network(network: str, keys: list[str]) -> str | None:
    """The one of several keys that has the name of the network, ``D`` or ``d_state_dict`` for ``D``; or None."""
    word = network.rpartition(".")[2].casefold()
    found = [key for key in keys if key.casefold() == word or _is_word(word, key.casefold())]
    return found[0] if len(found) == 1 else None


def told_of_checkpoint(given: str, network: str, all_keys: list[str], keys: list[str]) -> str:
    """What to say of a checkpoint with state dicts that fit the network under ``keys``."""
    if len(keys) > 1:
        return gettext(
            "{given} is a checkpoint, a dict of several state dicts. Those under {keys} fit {network}: load the one "
            "that was saved for it.",
            given=given,
            keys=listed(keys, 6),
            network=network,
        )
    return gettext(
        "{given} is a checkpoint, a dict with the keys {keys}. The state dict of {network} is the one under {key}.",
        given=given,
        keys=listed(all_keys, 6),
        network=network,
        key=f'"{keys[0]}"',
    )


def told_of_another(
    case: Case, argument: ast.expr, network: str, wanted: Shapes, shapes: Shapes, differ: list[str]
) -> tuple[str, str]:
    """What to say of a state dict, ``argument``, that is not the one of ``network``, and what fits in its place; ""."""
    there, code = _under_another_key(case, argument, network, wanted)
    if code:
        return there, code
    given = operand_text(case, argument)
    return _turned_round(wanted, shapes, differ) or _of_another_network(case, given, network, shapes), ""


def _under_another_key(case: Case, argument: ast.expr, network: str, wanted: Shapes) -> tuple[str, str]:
    """A sentence and the text of ``ck["D"]`` where ``ck["G"]`` was given and the other fits; "", "" elsewhere."""
    match argument:
        case ast.Subscript(value=container, slice=ast.Constant(value=given)):
            held = case.real(container)
        case _:
            return "", ""
    if not is_plain_dict(held):
        return "", ""
    fitting = [key for key, each in held.items() if type(key) is str and shapes_of_dict(each) == wanted]
    if len(fitting) != 1 or fitting[0] == given:
        return "", ""
    code = spliced(case.site.source, argument, {argument.slice: f'"{fitting[0]}"'})
    return gettext("{code} has the shapes of {network}.", code=in_a_sentence(code), network=network), code


def _of_another_network(case: Case, given: str, network: str, shapes: Shapes) -> str:
    """A sentence: ``torch.load("enc.pt")`` has the shapes, and the name, of ``enc``; "" where no other network fits."""
    if _is_word(network.casefold(), given.casefold()) or ".state_dict" in given:
        return ""
    for name, held in islice(case.names.items(), _MOST_NAMES):
        if name.startswith("_") or name == network or kind_of(held) is not Kind.MODULE:
            continue
        if _is_word(name.casefold(), given.casefold()) and shapes_of_module(held) == shapes:
            return gettext(
                "Each tensor in {given} has the shape of one in {other}: it is likely the state dict of {other}, and "
                "{network} needs one of its own.",
                given=given,
                other=name,
                network=network,
            )
    return ""


def _turned_round(wanted: Shapes, shapes: Shapes, differ: list[str]) -> str:
    """A sentence: the weights that differ are those of the network, with their two dims in the other order; ""."""
    for key in differ:
        bias = f"{key.removesuffix('weight')}bias"
        if len(wanted[key]) != 2 or shapes[key] != wanted[key][::-1] or not key.endswith("weight"):
            return ""
        if bias not in shapes or shapes[bias] != wanted.get(bias):
            return ""
    return gettext(
        "The two dims are in the other order, and the bias fits: some libraries keep the weights of a linear layer as "
        "(in_features, out_features). If these come from one, .T of each has the right shape."
    )


def _is_word(word: str, text: str) -> bool:
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None
