"""What is said behind the last step: what one can do now, what is left and when it comes back, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.format.lesson import Lesson, Step
from ptrepl.tutor.library.order import lesson_after, lesson_left
from ptrepl.tutor.library.shelf import Listed, whole_shelf
from ptrepl.tutor.play import say
from ptrepl.tutor.play.progress_report import Standing
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import LessonRecord, begun_lessons, finished_lessons, records

_MOST_NAMES = 8
_MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class Follows:
    """The lesson that Enter opens behind the last step. ``again``: one that stands before it and is not finished."""

    key: str
    title: str
    again: bool = False


def what_follows(lessons: Sequence[Listed], key: str, known: dict[str, LessonRecord]) -> Follows | None:
    """The lesson after ``key``, else an earlier one that is not finished; None where there is neither.

    ``known``: what was done of each lesson.
    """
    finished = finished_lessons(lessons, known)
    if (found := lesson_after(lessons, key, finished)) is not None:
        return Follows(found.key, found.title)
    left = lesson_left(lessons, key, begun_lessons(known), finished)
    return Follows(left.key, left.title, again=True) if left is not None else None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a lesson has ended. ``done``: the ids of its steps that were done; ``left_out``: the steps that are not in
    it, since packages are not installed. ``piped``: nobody is there who could press a key, and no progress is kept.
    ``notebook``: there is no Enter that opens a lesson.
    """

    lesson: Lesson
    done: frozenset[str]
    left_out: tuple[Step, ...] = ()
    piped: bool = False
    notebook: bool = False

    def told(self, progress: Progress) -> tuple[tuple[say.Say, ...], str]:
        """All that is said, and the key of the lesson that Enter opens now; "" for none."""
        key, lessons = self.lesson.key, whole_shelf().lessons
        follows = what_follows(lessons, key, records(progress.events()))
        listed = any(each.key == key for each in lessons)
        way = goes_on(follows, piped=self.piped, notebook=self.notebook, listed=listed)
        now = datetime.now(UTC)
        said = self.summary(Standing(self.lesson, progress, now), now)
        return (*said, *way), "" if self.piped or self.notebook or follows is None else follows.key

    def summary(self, standing: Standing, now: datetime) -> tuple[say.Say, ...]:
        """All but what follows. ``standing``: what is kept of the lesson."""
        undone = [step for step in self.lesson.steps if step.id not in self.done]
        missed = [step for step in self.lesson.steps if step.id in self.done and standing.plan_of(step.id) is not None]
        said: list[say.Say] = [self._verdict(undone)]
        if not undone and not self.left_out and (text := _able(self.lesson)):
            said.append(say.Instruction(text))
        if undone:
            back = None if self.piped else standing.back([step.id for step in undone])
            said.append(say.Instruction(" ".join(self._still_to_do(undone, back, now))))
        if missed:
            back = None if self.piped else standing.back([step.id for step in missed])
            said.append(say.Instruction(_missed(missed, back, now)))
        if self.left_out:
            said.append(say.Instruction(self._left_out()))
        return tuple(said)

    def _verdict(self, undone: Sequence[Step]) -> say.Feedback:
        title, total = self.lesson.title, len(self.lesson.steps)
        if undone:
            text = ngettext(
                "That was the last step. You have done {done} of the {count} step of '{lesson}'.",
                "That was the last step. You have done {done} of the {count} steps of '{lesson}'.",
                total,
                done=total - len(undone),
                lesson=title,
            )
            return say.Feedback(text, "note")
        if self.left_out:
            text = gettext(
                "That was the last step: you have finished all of '{lesson}' that goes without {packages}.",
                lesson=title,
                packages=every(self._packages()),
            )
        else:
            text = gettext("That was the last step: you have finished '{lesson}'.", lesson=title)
        return say.Feedback(text, "good")

    def _still_to_do(self, undone: Sequence[Step], back: datetime | None, now: datetime) -> Iterator[str]:
        yield gettext("Still to do: {titles}.", titles=_titles(undone))
        if self.piped:
            return
        yield gettext("%goto {step} takes you there.", step=undone[0].id)
        if back is not None and back > now:
            yield gettext("%review asks what you have skipped from {date} on.", date=_date(back))
        elif back is not None:
            yield gettext("%review asks what you have skipped.")

    def _left_out(self) -> str:
        fields = {
            "packages": " ".join(self._packages()),
            "titles": _titles(self.left_out),
            "lesson": self.lesson.key,
        }
        if self.piped:
            return ngettext(
                "{count} step was left out: {titles}. It comes with: pip install {packages}",
                "{count} steps were left out: {titles}. They come with: pip install {packages}",
                len(self.left_out),
                **fields,
            )
        return ngettext(
            "{count} step was left out: {titles}. It comes once you have typed %pip install {packages} and then "
            "%lesson {lesson}.",
            "{count} steps were left out: {titles}. They come once you have typed %pip install {packages} and then "
            "%lesson {lesson}.",
            len(self.left_out),
            **fields,
        )

    def _packages(self) -> list[str]:
        return [*dict.fromkeys(name for step in self.left_out for name in step.packages)]


def goes_on(
    follows: Follows | None, *, piped: bool, listed: bool, notebook: bool = False
) -> tuple[say.Instruction, ...]:
    """How to go on. ``listed``: the lesson that has ended is one of those that are installed."""
    if follows is None:
        return () if piped else (say.Instruction(_nothing_follows(listed, notebook)),)
    fields = {"title": follows.title, "lesson": follows.key}
    if piped:
        return (say.Instruction(gettext("Next comes '{title}': ptrepl --lesson {lesson}", **fields)),)
    if notebook and follows.again:
        text = gettext("'{title}' is not finished yet: %next opens it.", **fields)
    elif notebook:
        text = gettext("Next comes '{title}': %next opens it.", **fields)
    elif follows.again:
        text = gettext("'{title}' is not finished yet: press Enter to open it, or type %next later.", **fields)
    else:
        text = gettext("Next comes '{title}': press Enter to open it, or type %next later.", **fields)
    return (say.Instruction(text),)


def _nothing_follows(listed: bool, notebook: bool) -> str:
    if notebook:
        return gettext("%lesson NAME opens another lesson, or one of them again.")
    if listed:
        return gettext("No other lesson is left to do. %lesson NAME opens one again; Ctrl-D leaves.")
    return gettext("%lesson NAME opens another lesson; Ctrl-D leaves.")


def _able(lesson: Lesson) -> str:
    names = [f"`{name.removeprefix('torch.Tensor.')}`" for name in lesson.teaches[:_MOST_NAMES]]
    if lesson.ending or not names:
        return lesson.ending
    return gettext("You can work with {names} now.", names=every(names))


def _missed(steps: Sequence[Step], back: datetime | None, now: datetime) -> str:
    count, titles = len(steps), _titles(steps)
    if back is None:
        return ngettext(
            "{count} step did not go right at once: {titles}.",
            "{count} steps did not go right at once: {titles}.",
            count,
            titles=titles,
        )
    if back <= now:
        return ngettext(
            "{count} step did not go right at once: {titles}. %review asks it again.",
            "{count} steps did not go right at once: {titles}. %review asks them again.",
            count,
            titles=titles,
        )
    return ngettext(
        "{count} step did not go right at once: {titles}. %review asks it again from {date} on.",
        "{count} steps did not go right at once: {titles}. %review asks them again from {date} on.",
        count,
        titles=titles,
        date=_date(back),
    )


def _titles(steps: Sequence[Step]) -> str:
    titles = [f"'{step.title}'" for step in steps]
    if len(titles) <= _MOST_TITLES + 1:
        return every(titles)
    count = len(titles) - _MOST_TITLES
    shown = ", ".join(titles[:_MOST_TITLES])
    return ngettext("{titles} and {count} more", "{titles} and {count} more", count, titles=shown)


def _date(at: datetime) -> str:
    return format(at.astimezone(), "%Y-%m-%d")
