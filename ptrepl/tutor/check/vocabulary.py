"""The check vocabulary: the calls that a ``check`` fence is made of.

Each raises ``Miss`` with a sentence for the learner where something is not so. None compares more than it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.words.again import again
from ptrepl.tutor.check.words.calls import calls
from ptrepl.tutor.check.words.computed import computed
from ptrepl.tutor.check.words.function import function
from ptrepl.tutor.check.words.minibatches import minibatches
from ptrepl.tutor.check.words.module import module
from ptrepl.tutor.check.words.optimizer_class import optimizer_class
from ptrepl.tutor.check.words.prints import prints
from ptrepl.tutor.check.words.trained import trained
from ptrepl.tutor.check.words.values import grad, raised, result, scalar, shares_memory, tensor
from ptrepl.tutor.names import CHECK_WORDS

VOCABULARY: dict[str, Callable[..., None]] = dict(
    zip(
        CHECK_WORDS,
        (
            tensor,
            scalar,
            grad,
            result,
            shares_memory,
            function,
            module,
            trained,
            raised,
            calls,
            computed,
            again,
            prints,
            minibatches,
            optimizer_class,
        ),
        strict=True,
    )
)
"""Every word and what it does; the Look comes first."""


def vocabulary(look: Look) -> dict[str, Callable[..., None]]:
    """The words of a check, looking through ``look``."""
    return {word: partial(check, look) for word, check in VOCABULARY.items()}
