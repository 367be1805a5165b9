"""For cells that give points, in a notebook that a teacher makes: was a step passed?"""

from __future__ import annotations

from ptrepl.errors import UsageError
from ptrepl.notebook.extension import loaded_in
from ptrepl.texts.messages import gettext


def passed(step: str) -> bool:
    """Whether ``step``, as ``autograd/your-own``, was passed in this kernel since it started.

    What the file of progress holds does not count: where one account runs the notebooks of a class, it is that of
    others as well. The cell that asks is no attempt at the step that is open.

    Raises UsageError where ptrepl is not loaded, LessonNotFound for a step that the open lesson does not have.
    """
    from IPython.core.getipython import get_ipython

    extension = loaded_in(get_ipython())
    if extension is None:
        raise UsageError(gettext("ptrepl is not loaded in this notebook: %load_ext ptrepl loads it."))
    return extension.passed(step)
