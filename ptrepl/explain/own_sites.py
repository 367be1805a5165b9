"""The learner's own frames on the way to a failure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ptrepl.explain.case import Case
from ptrepl.explain.locate import Site, file_source, frames_of

_MOST_FRAMES = 200


def own_sites(case: Case) -> Iterator[Site]:
    """Where each of the learner's frames stood, the innermost first."""
    from ptrepl.explain.failing_node import failing_node, parents

    entries = [*islice(frames_of(case.error.__traceback__), _MOST_FRAMES)]
    for entry in reversed(entries):
        filename = entry.tb_frame.f_code.co_filename
        source = file_source(filename) if case.learner_files(filename) else None
        node = failing_node(entry, source) if source is not None else None
        if source is not None and node is not None:
            yield Site(entry.tb_frame, source.text, node, tuple(parents(node)), entry.tb_frame, ())
