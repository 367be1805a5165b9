"""The prompt of a terminal: one editor that takes code, and lines that are not code."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor, TabsProcessor
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.renderer import CPR_Support

from ptrepl.shell.prompt.blanks import is_bare_command, is_question, next_blank, prefilled
from ptrepl.shell.prompt.colours import style
from ptrepl.shell.prompt.editing import Check, tidy
from ptrepl.shell.prompt.editor import Editor
from ptrepl.shell.prompt.ending_signals import tidies_up
from ptrepl.shell.prompt.event_loop import LoopTakenAway, PressedCtrlC, PromptLoop, Tell, say_own
from ptrepl.shell.prompt.keys import Binding, build, key_table
from ptrepl.shell.prompt.lexer import CodeLexer, load_lexer
from ptrepl.shell.prompt.offers import Offers
from ptrepl.shell.prompt.print_above import prints_above
from ptrepl.shell.prompt.status import BarStatus, bar
from ptrepl.shell.prompt.suggest import HistorySuggest
from ptrepl.shell.prompt.typed_ahead import ctrl_d_is_a_key, ctrl_d_waits
from ptrepl.shell.signature.lookup_thread import SignatureLookup
from ptrepl.shell.signature.view import show_below_input

if TYPE_CHECKING:
    from asyncio import Future

    from ptrepl.shell.signature.find import FoundSignature


_MENU_ROWS = 6
_BEGINS_ANEW = ("%redo", "%restart")
"""The commands after which a starter has all its blanks again."""
_FIRST_KEYS = 0.15
"""Seconds for what is typed at once, before the lexer is loaded and takes its share of the interpreter."""

_SLOW = 0.05
"""Seconds for Enter, after which somebody may have pressed Ctrl-C."""


class PromptReader:
    """A ``Reader`` on a terminal. Runs in the main thread; nothing of it runs between two reads.

    ``is_command`` is asked for input that starts with ``%`` or ``!``, and says whether it runs at once.
    ``find_signature`` is asked in a thread for the call that a text ends in; ``edit`` opens a text in the user's own
    editor, and gives it back; ``fixes`` says what the last explanation offered; ``tell`` shows what code of the
    learner's raises meanwhile; ``mend_streams`` opens ``input`` and ``output`` again where such code has closed them.
    """

    def __init__(
        self,
        check: Check,
        clean: Callable[[str], str],
        is_command: Callable[[str], bool],
        history: History,
        status: BarStatus,
        *,
        completer: Completer | None = None,
        find_signature: Callable[[str], FoundSignature | None] | None = None,
        edit: Callable[[str], str] | None = None,
        fixes: Callable[[], Sequence[str]] = tuple,
        vi: bool = False,
        suggests: bool = True,
        colour: Callable[[], bool] = lambda: True,
        tell: Tell = lambda error: False,
        mend_streams: Callable[[], object] = lambda: None,
        input: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self._editor = Editor(check, clean, is_command, can_leave=edit is not None, tell=self._note)
        self._edit = edit
        self._colour = colour
        self._check = check
        self._status = status
        self._history = history
        self._answers = InMemoryHistory()
        self._left = self._away = ("", "")
        self._drawn = False
        self._when_drawn: Callable[[], None] = lambda: None
        self._tell = tell
        self._mend_streams = mend_streams
        self._sent: Future[str] | None = None
        self._loop = PromptLoop(tell, self._is_taken_away)
        self._rescued: Document | None = None
        """Code that was half typed when the prompt failed."""
        self.keys: tuple[Binding, ...] = key_table(self._editor, Offers(fixes))
        """What the keys do, for a page of help."""
        self._session: PromptSession[str] = PromptSession(
            multiline=True,
            history=history,
            enable_history_search=True,
            enable_suspend=True,
            completer=completer,
            complete_in_thread=True,
            complete_while_typing=False,
            reserve_space_for_menu=_MENU_ROWS,
            key_bindings=build(self.keys),
            auto_suggest=HistorySuggest(lambda: self._editor.takes_code) if suggests else None,
            # without the second one a tab is drawn as ^I
            input_processors=[HighlightMatchingBracketProcessor("[](){}"), TabsProcessor(char1=" ", char2=" ")],
            include_default_pygments_style=False,
            bottom_toolbar=self._bar,
            interrupt_exception=PressedCtrlC,
            vi_mode=vi,
            input=input,
            output=output,
        )
        self._signatures: SignatureLookup | None = None
        if find_signature is not None:
            self._signatures = SignatureLookup(find_signature, self.refresh)
            show_below_input(self._session, self._signatures)
            self._session.default_buffer.on_text_changed += self._ask_for_signature
            self._session.default_buffer.on_cursor_position_changed += self._ask_for_signature
        app = self._session.app
        app.after_render += self._is_drawn
        # a terminal that cannot say where its cursor is loses the bar, and needs no warning about it
        app.renderer.cpr_not_supported_callback = None

    def read(self, prompt: str = ">>> ", prefill: str = "", kept: str = "") -> str:
        """The next input to run, without white space at its end. Raises EOFError for Ctrl-D where nothing is typed.

        After a command that was typed into a blank, the starter comes back as it was filled in before. One that was
        put away stays away until something was typed.
        """
        starter = kept or prefill
        if self._left[0] == starter and prefill in ("", starter):
            prefill = self._left[1]
        elif prefill and self._away[0] == starter:
            prefill, kept = "", self._away[1]
        self._left = self._away = ("", "")
        prefill = prefilled(prefill, self._check)
        self._editor.start(takes_code=True, prefill=prefill, kept=prefilled(kept, self._check))
        text = self._ask(prompt, prefill, self._history)
        while self._editor.leaves_for_editor and self._edit is not None:
            self._editor.start(takes_code=True)
            text = self._ask(prompt, tidy(self._edit(text), self._check), self._history)
        asks = text[:1] in ("%", "?", "!") or is_question(text) or is_bare_command(text)
        if self._editor.left and asks and not text.startswith(_BEGINS_ANEW):
            self._left = (starter, self._editor.left)
        if not text and self._editor.away:
            self._away = (starter, self._editor.away)
        return text

    def read_line(self, prompt: str = "", prefill: str = "") -> str:
        """One line, remembered apart from the code."""
        self._left = self._away = ("", "")
        self._editor.start(takes_code=False)
        return self._ask(prompt, prefill, self._answers)

    def read_key(self, prompt: str = "") -> str:
        """One key, "" for Enter; the prompt is erased. A key that means nothing here begins the next input."""
        self._editor.start(takes_code=False, one_key=True)
        return self._ask(prompt, "", self._answers, erases=True)

    def _note(self, text: str) -> None:
        """Show ``text`` above the prompt that is up."""
        session = self._session
        said = FormattedText([("class:dim", text)])
        run_in_terminal(
            lambda: print_formatted_text(
                said, output=session.app.output, style=style(), color_depth=session.color_depth
            )
        )

    def when_drawn(self, call: Callable[[], None]) -> None:
        """Call ``call`` once a prompt has been on the screen."""
        if self._drawn:
            call()
        else:
            self._when_drawn = call

    def refresh(self) -> None:
        """Draw the bar and the colours anew. May be called from any thread."""
        with suppress(RuntimeError):  # the loop was closed at this very moment
            self._session.app.invalidate()

    def close(self) -> None:
        """Close the event loop."""
        self._loop.close()

    def _ask(self, prompt: str, prefill: str, history: History, *, erases: bool = False) -> str:
        session = self._session
        session.history = session.default_buffer.history = history
        session.app.erase_when_done = erases
        # %config may have changed the theme
        session.style = style()
        session.color_depth = None if self._colour() else ColorDepth.DEPTH_1_BIT
        more = "... ".rjust(len(prompt))

        def continuation(width: int, line: int, wrapped: int) -> StyleAndTextTuples:
            return [("class:prompt.more", " " * width if wrapped else more)]

        default = Document(prefill, 0 if next_blank(prefill, 0) else None)
        if self._editor.takes_code and self._rescued is not None:
            default, self._rescued = self._rescued, None
        while True:
            self._forget_sent()
            try:
                terminal = _descriptor(session.app.input)
                tidies = tidies_up(terminal, self._keep_half_typed, self._leave_screen, self._back_on_screen)
                with prints_above(session.app), tidies, ctrl_d_is_a_key(terminal):
                    if ctrl_d_waits(terminal):
                        raise EOFError
                    asking = session.prompt_async(
                        [("class:prompt", prompt)],
                        default=default,
                        prompt_continuation=continuation,
                        pre_run=self._before_keys,
                        set_exception_handler=False,  # prompt_toolkit's would print our traceback and wait for Enter
                    )
                    text = self._loop.run(asking)
                self._stop_if_pressed_ahead()
                return text
            except Exception as error:
                if self._leaves(error):
                    raise
                # a signal handler of the learner's raised it, in the middle of a key, or what is broken of our own
                told = isinstance(error, LoopTakenAway) or self._tell(error)
                if (sent := self._what_was_sent()) is not None:
                    if not told:
                        say_own(error)
                    return sent
                if self._sent is not None:  # else the buffer still holds the input before
                    default = session.default_buffer.document
                if not told:
                    self._rescued = default if self._editor.takes_code and self._sent is not None else None
                    raise
            except SystemExit:
                self._keep_half_typed()
                self._leave_screen()
                raise
            finally:
                self._stop_asking_for_the_cursor()

    def _forget_sent(self) -> None:
        self._sent = None

    def _leaves(self, error: Exception) -> bool:
        """Whether ``error`` is what Ctrl-D ends the prompt with, and nothing has failed."""
        sent = self._sent
        own = sent is None or (sent.done() and not sent.cancelled() and sent.exception() is error)
        return own and isinstance(error, EOFError)

    def _what_was_sent(self) -> str | None:
        """The input, if Enter has ended it: what fails after that, as the last drawing may, must not lose it."""
        sent = self._sent
        if sent is None or not sent.done() or sent.cancelled() or sent.exception() is not None:
            return None
        return sent.result()

    def _stop_if_pressed_ahead(self) -> None:
        """Raise KeyboardInterrupt for a Ctrl-C that came in one piece with Enter: what was sent is not to run.

        What was typed before it is dropped, as a terminal does.
        """
        terminal = self._session.app.input
        ahead = get_typeahead(terminal)
        if time.monotonic() - self._editor.entered > _SLOW:
            # the first Enter waits for what judges it, and what was pressed meanwhile nobody has read
            with terminal.raw_mode():
                ahead += [press for press in terminal.read_keys() if press.key != Keys.CPRResponse]
        pressed = [place for place, press in enumerate(ahead) if press.key == Keys.ControlC]
        store_typeahead(terminal, ahead[pressed[-1] + 1 :] if pressed else ahead)
        if pressed:
            raise KeyboardInterrupt

    def _is_taken_away(self) -> None:
        """What the prompt reads, draws and waits on was closed: it is drawn again from where it began."""
        self._mend_streams()
        self._leave_screen()

    def _keep_half_typed(self) -> None:
        """Before the program ends: what is typed goes into the history."""
        buffer = self._session.default_buffer
        if buffer.text.strip():
            buffer.append_to_history()

    def _leave_screen(self) -> None:
        """The screen is the shell's."""
        app = self._session.app
        if app.is_running:
            app.renderer.erase()

    def _back_on_screen(self) -> None:
        """The screen is ours again: a shell has given the terminal its own settings meanwhile."""
        app = self._session.app
        if app.is_running:
            app.input.raw_mode().__enter__()  # what it puts back at its end, the one around us puts back
            app.renderer.reset()
            app.renderer.request_absolute_cursor_position()
            app.invalidate()

    def _is_drawn(self, app: Application[str]) -> None:
        app.after_render -= self._is_drawn
        self._drawn = True
        self._when_drawn()
        self._loop.soon(lambda: load_lexer(self._colour_code), _FIRST_KEYS)

    def _colour_code(self, lexer: CodeLexer) -> None:
        self._session.lexer = lexer
        self.refresh()

    def _before_keys(self) -> None:
        """Select the first blank. Keys that were typed ahead are fed in once the history is loaded: Up needs it."""
        app, buffer = self._session.app, self._session.default_buffer
        self._sent = app.future
        if self._signatures is not None:
            self._signatures.ask("")  # the last statement may have rebound the name of the function
        self._ask_for_signature(buffer)
        self._editor.select_blank(buffer)
        buffer.load_history_if_not_yet_loaded()
        if ahead := get_typeahead(app.input):

            def play() -> None:
                app.key_processor.feed_multiple(ahead)
                app.key_processor.process_keys()

            # after the task that loads the history, and before any key that is read from now on
            self._loop.soon(play)

    def _ask_for_signature(self, buffer: Buffer) -> None:
        if self._signatures is not None:
            self._signatures.ask(buffer.document.text_before_cursor if self._editor.takes_code else "")

    def _bar(self) -> StyleAndTextTuples:
        try:
            parts = self._status()
        except Exception as error:  # a device that fails must not end the prompt
            from ptrepl.error_log import log

            log(error, "drawing the bar")
            parts = ()
        return bar(parts, self._session.app.output.get_size().columns)

    def _stop_asking_for_the_cursor(self) -> None:
        # a terminal that has not answered once would delay every prompt by a second
        renderer = self._session.app.renderer
        if renderer.cpr_support is CPR_Support.UNKNOWN:
            renderer.cpr_support = CPR_Support.NOT_SUPPORTED


def _descriptor(terminal: Input) -> int:
    try:
        return terminal.fileno()
    except NotImplementedError:  # no terminal of this process, but a test's or an editor's
        return -1
