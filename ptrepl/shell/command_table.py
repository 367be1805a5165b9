"""The table of commands. Another one is another row."""

from __future__ import annotations

from importlib import import_module

from ptrepl.errors import UsageError
from ptrepl.shell.command import Command, Handler
from ptrepl.shell.context import ShellContext
from ptrepl.texts.messages import N_, gettext

LOOK, RUN, SESSION, LESSON = N_("Look"), N_("Run"), N_("Session"), N_("In a lesson")
GROUPS = (LOOK, RUN, SESSION, LESSON)


def _late(module: str, function: str) -> Handler:
    """The handler of that name, imported when it is called: the first prompt waits for none of them."""

    def handler(context: ShellContext, arguments: str) -> bool | None:
        found: Handler = getattr(import_module(f"ptrepl.shell.commands.{module}"), function)
        return found(context, arguments)

    return handler


def _to_lesson(name: str) -> Handler:
    def handler(context: ShellContext, arguments: str) -> None:
        if context.lesson is None:
            raise UsageError(
                gettext(
                    "No lesson is open, so %{name} has nothing to do. %lesson autograd opens one.",
                    name=name,
                )
            )
        context.lesson.command(name, arguments)

    return handler


def _lesson(usage: str, summary: str) -> Command:
    name = usage.split()[0].removeprefix("%")
    return Command(name, usage, summary, _to_lesson(name), LESSON, lesson=True)


COMMANDS: tuple[Command, ...] = (
    Command(
        "help",
        "%help [WORD]",
        N_("Lists the commands, or explains a word such as grad_fn or a command such as %time."),
        _late("look.help", "show_help"),
        LOOK,
    ),
    Command(
        "?",
        "NAME?  NAME??",
        N_("Shows what something is, its signature and its documentation; with ?? its source."),
        _late("look.inspect", "show_object"),
        LOOK,
    ),
    Command(
        "who",
        "%who [-b] [PATTERN]",
        N_("Lists your names, the tensors as a table; -b sorts by bytes; %who w* lists those that begin with w."),
        _late("look.who", "who"),
        LOOK,
    ),
    Command("x", "%x NAME", N_("Shows everything about one tensor."), _late("look.xray", "show_card"), LOOK),
    Command(
        "plot",
        "%plot EXPR[, EXPR]",
        N_(
            "Draws a curve, points, a histogram or a heat map in characters; a comma stands before kind=, title= and "
            "line=: %plot w, kind=hist."
        ),
        _late("see.plot", "show_plot"),
        LOOK,
        more=(
            N_(
                "%plot losses is a curve over the places in losses; %plot x, y is y over x: a curve if x rises, else "
                "points."
            ),
            N_("A tensor with two dims is a heat map: the more of a cell is filled, the greater."),
            N_(
                "%plot dict(a=losses, b=others) draws the curves of a dict into one picture; of a tensor of shape "
                "(n, 2), the path through its n places."
            ),
            N_(
                'kind= is line, scatter, hist or heat; title="Loss" stands above the picture; line=w * x + b goes '
                "through the points of x, y."
            ),
            N_("In a pipe and under --plain, sentences say what the picture shows."),
        ),
    ),
    Command(
        "stats",
        "%stats NAME",
        N_("Shows what the values of a tensor are like: range, mean, quantiles, nan and inf, a histogram."),
        _late("see.stats", "show_statistics"),
        LOOK,
    ),
    Command(
        "model",
        "%model NAME [INPUT]",
        N_("Shows the layers of a module with their parameters, and with an input the shape that each layer gives."),
        _late("see.model", "show_model"),
        LOOK,
        more=(
            N_("Inputs stand between commas, as in a call: %model net x, y. The model runs on a copy without values."),
            N_("values: how many numbers are in the parameters of a layer and of those in it."),
        ),
    ),
    Command(
        "graph",
        "%graph NAME [--saved]",
        N_(
            "Shows the autograd graph behind a tensor: below each operation what it was computed from. --saved adds "
            "what is kept for the backward pass; --svg FILE and --dot FILE write it as a picture."
        ),
        _late("see.graph", "show_graph"),
        LOOK,
        more=(
            N_(
                "A line has the name of a result, the operation, torch's name for its node, the shape, and what was "
                "written for it, where that is known. %backward goes through a graph one node at a time."
            ),
        ),
    ),
    Command(
        "backward",
        "%backward NAME",
        N_("Goes through the backward pass of a number one operation at a time; no gradient of yours changes."),
        _late("see.backward", "step_backward"),
        LOOK,
        more=(N_("At a terminal Enter shows the next step, and q stops; elsewhere all steps are shown at once."),),
    ),
    Command(
        "watch",
        "%watch [off] [NAME…]",
        N_(
            "Shows after every input how NAME is: its value or norm, its gradient's norm, its version. %watch off ends "
            "it, for all or for the names behind it."
        ),
        _late("see.watch", "watch"),
        LOOK,
        more=(
            N_("They stand in the bar at the bottom; where there is none, a line says which have changed."),
            N_(
                "In w (3,) norm 1.2 grad 0.5 v61, the norms are Euclidean, over all values; v61 is the version: so "
                "often was w written to in place since it was made, as each step of an optimizer does."
            ),
            N_(
                "While a statement runs for more than half a second, the curves of what is watched are drawn as they "
                "grow, with the rate of its loop and how far it is; the last picture stays. No line of the loop has to "
                "change."
            ),
            N_("A name may be watched before it is there: – stands for it until then."),
        ),
    ),
    Command(
        "show",
        "%show EXPR [INDEX]",
        N_(
            "Shows what moved where: which elements of its operands each element of a result comes from, as in %show "
            "x.T or %show a + b. It computes on copies. An index behind a space asks about one element of the result: "
            "%show a @ b [1, 2]; without the space, b[1, 2] belongs to the expression."
        ),
        _late("see.show", "show_layout"),
        LOOK,
    ),
    Command(
        "mem",
        "%mem [free]",
        N_("Shows what holds memory, the biggest first; %mem free frees what the last error and _ hold."),
        _late("look.memory", "memory"),
        LOOK,
    ),
    Command(
        "xray",
        "%xray [off|line|full]",
        N_("Sets how much every statement shows of its tensors, or says how much that is."),
        _late("look.xray", "xray"),
        LOOK,
    ),
    Command(
        "time",
        "%time STATEMENT",
        N_("Runs a statement and says how long it took, the accelerator's work included."),
        _late("run.code", "time_code"),
        RUN,
        takes_code=True,
    ),
    Command(
        "timeit",
        "%timeit [-t N] CODE",
        N_(
            "Runs a statement many times and says how long one run takes: the median, and the IQR that half of the "
            "runs lie within. -t sets the number of threads."
        ),
        _late("run.timeit", "timeit"),
        RUN,
        takes_code=True,
    ),
    Command(
        "edit",
        "%edit [-x] [NAME]",
        N_(
            "Opens your last input in your editor, or a function, a file or an input by its number, and runs what you "
            "changed; -x does not run it."
        ),
        _late("run.edit", "edit"),
        RUN,
    ),
    Command("run", "%run FILE [ARGS]", N_("Runs a Python file among your names."), _late("run.code", "run_file"), RUN),
    Command(
        "load",
        "%load FILE [10-25]",
        N_("Puts a file, or lines of it, into the prompt, so that you can change it and run it."),
        _late("session.save_load", "load"),
        RUN,
    ),
    Command("!", "!COMMAND", N_("Runs a command of the system, such as !ls."), _late("run.system", "run_system"), RUN),
    Command(
        "pip",
        "%pip install NAME",
        N_("Runs pip for the Python that runs here."),
        _late("run.pip", "pip"),
        RUN,
    ),
    Command(
        "explain",
        "%explain",
        N_("Explains the last error or warning at length, and names the step of a lesson that teaches it."),
        _late("run.explain", "explain_again"),
        RUN,
    ),
    Command("tb", "%tb", N_("Shows the last traceback again, in full."), _late("session.session", "traceback"), RUN),
    Command(
        "debug",
        "%debug",
        N_("Opens Python's debugger where the last error happened; q leaves it."),
        _late("session.session", "debug"),
        RUN,
    ),
    Command(
        "history",
        "%history [-n] [N|TEXT]",
        N_(
            "Lists what you typed, the last N inputs, or all that TEXT is in, of earlier sessions too; -n numbers them."
        ),
        _late("session.history", "history"),
        SESSION,
    ),
    Command(
        "save",
        "%save [-f] FILE",
        N_(
            "Saves the session: FILE.py is a script of what ran without an error, FILE.md a transcript with what each "
            "input showed. -f writes over a file without asking."
        ),
        _late("session.save_load", "save"),
        SESSION,
    ),
    Command(
        "device",
        "%device [NAME]",
        N_("Lists the devices of this machine, or makes the name device another one of them."),
        _late("session.device", "device"),
        SESSION,
    ),
    Command(
        "config",
        "%config [KEY [VALUE]]",
        N_("Shows the settings and where each comes from, or changes one for this session."),
        _late("session.config", "config"),
        SESSION,
    ),
    Command(
        "reset",
        "%reset [-f]",
        N_("Deletes your names, after asking; -f does not ask."),
        _late("session.session", "reset"),
        SESSION,
    ),
    Command("keys", "%keys", N_("Lists what the keys of the prompt do."), _late("look.keys", "show_keys"), LOOK),
    Command("exit", "%exit", N_("Leaves ptrepl, as Ctrl-D does."), _late("session.session", "leave"), SESSION),
    Command("quit", "%quit", N_("Leaves ptrepl too."), _late("session.session", "leave"), SESSION),
    _lesson("%hint", N_("Gives a hint, once you have tried.")),
    _lesson("%solution", N_("Shows a solution, after two attempts or when you ask twice.")),
    _lesson("%skip", N_("Goes on to the next step without solving this one.")),
    _lesson("%back", N_("Goes back to the step before.")),
    _lesson("%goto STEP", N_("Goes to that step.")),
    _lesson("%restart", N_("Starts the lesson again from its first step.")),
    _lesson("%step", N_("Runs one line of the code that is shown; Enter runs all of it.")),
    _lesson("%task", N_("Shows the text of this step again, and keeps what you have.")),
    _lesson("%redo", N_("Starts this step again, with its variables as they were.")),
    Command(
        "progress",
        "%progress [course]",
        N_("Shows which steps you have done, here or in the whole course; --json prints it for a teacher."),
        _late("lesson.progress", "show_progress"),
        LESSON,
    ),
    Command(
        "review",
        "%review",
        N_("Asks again the steps that did not go right at once, when they are due: after 1, 3, 7, 17 and 44 days."),
        _late("lesson.review", "review"),
        LESSON,
    ),
    Command(
        "next",
        "%next",
        N_("Opens the next lesson, from the middle of one or after its last step."),
        _late("lesson.open", "open_next"),
        LESSON,
    ),
    Command(
        "lesson",
        "%lesson NAME[/STEP]",
        N_("Opens a lesson, or goes on with it, at the prompt."),
        _late("lesson.open", "open_named"),
        LESSON,
    ),
    _lesson("%leave", N_("Leaves the lesson and stays at the prompt.")),
)
