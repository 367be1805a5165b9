"""Where a name comes from that a learner used before it was there. Pure."""

from __future__ import annotations

import ast

from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role, Step
from ptrepl.tutor.names import bound_in, names_bound_by, tree_of
from ptrepl.tutor.play.state import Phase, State
from ptrepl.tutor.replay.replay import reached_names, setup_names


def why_absent(lesson: Lesson, state: State, outdated: frozenset[str], name: str) -> str:
    """The sentence on where the lesson binds ``name``, or a name that is near it in the code shown; "" if nowhere.

    ``outdated``: names that are gone since the lesson has made anew what they were computed from.
    """
    step = lesson.steps[state.step]
    if name in outdated:
        return gettext("{name} was computed from what the lesson has made anew since: compute it again.", name=name)
    if name in reached_names(lesson, state.step - 1) | setup_names(step):
        return gettext("{name} belongs to this lesson. %redo starts the step again, with {name} as it was.", name=name)
    shown = step.blocks[state.block] if state.phase is Phase.SHOWING else None
    made = names_bound_by(shown.source) if isinstance(shown, CodeFence) else frozenset[str]()
    if name in made:
        return state.worded(
            gettext("{name} is made by the code shown above. Press Enter to run it.", name=name),
            gettext("{name} is made by the code shown above: run that first.", name=name),
        )
    if _is_imported(lesson, name):
        return ""
    if name in reached_names(lesson, state.step):
        return gettext("{name} is made in this step, and has not been made yet.", name=name)
    if name in reached_names(lesson, len(lesson.steps) - 1):
        return gettext("{name} comes in a later step of this lesson.", name=name)
    if function := _function_of(step, name):
        return gettext(
            "{name} is known inside {function} alone: a line that uses it goes there.", name=name, function=function
        )
    if close := nearest(name, sorted(made)):
        return state.worded(
            gettext(
                "There is no {name}. The code shown above makes {close}: press Enter to run it.", name=name, close=close
            ),
            gettext("There is no {name}. The code shown above makes {close}: run it.", name=name, close=close),
        )
    return ""


def _function_of(step: Step, name: str) -> str:
    """The function in the starter of ``step`` that has a variable or an argument of its own of this name; or ""."""
    for code in step.codes(Role.STARTER):
        tree = tree_of(code.source)
        for function in (each for each in (tree.body if tree else ()) if isinstance(each, ast.FunctionDef)):
            inside = [each for each in ast.walk(function) if isinstance(each, (ast.Name, ast.arg))]
            if any(
                each.arg == name if isinstance(each, ast.arg) else each.id == name and isinstance(each.ctx, ast.Store)
                for each in inside
            ):
                return function.name
    return ""


def _is_imported(lesson: Lesson, name: str) -> bool:
    """Whether it is a module that the lesson's code imports, and nothing that is made."""
    trees = (tree_of(block.source) for step in lesson.steps for block in step.blocks if isinstance(block, CodeFence))
    imports = (each for tree in trees if tree is not None for each in tree.body if isinstance(each, ast.Import))
    return any(name in bound_in(each) for each in imports)
