"""A figure in words, for whoever does not see it."""

from __future__ import annotations

from collections.abc import Sequence

from ptrepl.texts.messages import gettext


def described_text(size: tuple[int, int], titles: Sequence[str], labels: Sequence[str]) -> str:
    """``size``: pixels. One line, whatever the words hold.

    >>> described_text((640, 480), ["Loss"], ["epoch", "loss"])
    'A figure of 640×480 pixels, “Loss”, with the labels epoch, loss.'
    """
    width, height = size
    named = ", ".join(f"“{title}”" for title in titles)
    words = ", ".join(labels)
    if named and words:
        return gettext(
            "A figure of {width}×{height} pixels, {titles}, with the labels {labels}.",
            width=width,
            height=height,
            titles=named,
            labels=words,
        )
    if named:
        return gettext("A figure of {width}×{height} pixels, {titles}.", width=width, height=height, titles=named)
    if words:
        return gettext(
            "A figure of {width}×{height} pixels with the labels {labels}.", width=width, height=height, labels=words
        )
    return gettext("A figure of {width}×{height} pixels, without words.", width=width, height=height)
