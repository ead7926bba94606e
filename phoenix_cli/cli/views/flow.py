"""A run of a flow as lines for a terminal: pure, of a view, a moment and a size. ``flow_live`` puts them on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from phoenix_cli.cli.console import duration, one_line
from phoenix_cli.cli.drawing import cells
from phoenix_cli.engine.progress.estimates import Estimate
from phoenix_cli.engine.progress.lines import failure
from phoenix_cli.engine.progress.run_view import Counts, PhaseView, RunView
from phoenix_cli.engine.progress.waits import Wait, waits
from phoenix_cli.engine.step_states import UNDOING, StepState
from phoenix_cli.kernel.records import record

Piece = tuple[str, str]  # a text, and its colour or the name of a sign
Line = list[Piece]
LastLine = Callable[[StepState], str]
NARROW = 60
LEAST_NAME, MOST_NAME = 8, 32
SOME_FAILED = 5


@record
class Shown:
    """What a frame is drawn of. ``last_line`` returns what a failed step wrote last; ``footer`` may be empty."""

    view: RunView
    at: float
    estimate: Estimate | None
    last_line: LastLine
    footer: str = ""


def frame(shown: Shown, width: int, height: int) -> list[Line]:
    """Return the lines of a screen: at most ``height``, each to be cut at ``width`` columns."""
    head = [*_head(shown, width)]
    foot: list[Line] = [[(shown.footer, "dim")]] if shown.footer and not shown.view.ended else []
    room = max(1, height - len(head) - len(foot))
    found = _groups(shown, width)
    sizes = shares([len(one) for one in found.values()], room)
    body = [line for (name, lines), size in zip(found.items(), sizes, strict=True) for line in _cut(name, lines, size)]
    return [*head, *body, *foot][:height]


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """Share lines out: all get what they want, or in turn one more each."""
    found = [0] * len(wanted)
    while room > 0 and found != list(wanted):
        for place, most in enumerate(wanted):
            if room > 0 and found[place] < most:
                found[place] += 1
                room -= 1
    return found


def _cut(name: str, lines: list[Line], size: int) -> list[Line]:
    if size >= len(lines) or not size:
        return lines[:size]
    return [*lines[: size - 1], [(f"  … and {len(lines) - size + 1} more {name}", "dim")]]


# --- the head ---------------------------------------------------------------------------------------------------------


def _head(shown: Shown, width: int) -> list[Line]:
    """Return who, since when, how long still; a bar where the total is known; counts."""
    view, total = shown.view, shown.view.counts()
    left = _left(shown.estimate)
    title: Line = [(f"  {view.run_id}", "cyan"), (f"  {duration(shown.at)}", "dim")]
    name = fit(one_line(view.flow.name), max(LEAST_NAME, width - _width(title) - columns(left) - 2))
    title = [(name, "bold"), *title]
    counts: Line = [(_counted(view), "")]
    if total.exact and total.total and width >= NARROW:
        counts = [*_bar(total.ended / total.total, min(24, width // 4)), ("  ", ""), *counts]
    blank = width - _width(title) - columns(left)
    if left and blank < 2:
        return [title, counts, [(left, "")]]
    return [[*title, (" " * blank + left, "")] if left else title, counts]


def _counted(view: RunView) -> str:
    counts, running = view.counts(), len(view.running())
    words = [f"{counts.ended} of {counts.total}{'' if counts.exact else ' or more'} steps"]
    words += [f"{running} running"] if running else []
    words += [f"{counts['failed']} failed"] if counts["failed"] else []
    words += [f"{view.retries} {'retry' if view.retries == 1 else 'retries'}"] if view.retries else []
    return ", ".join(words)


def _bar(share: float, size: int) -> Line:
    full = int(share * size)
    return [("━" * full, "green"), ("─" * (size - full), "dim")]


def _left(estimate: Estimate | None) -> str:
    """Say how long it will take: ``about 2m 10s left (90 %: 3m 40s)``."""
    if estimate is None:
        return ""
    about, at_most = roughly(estimate.p50_s), roughly(estimate.p90_s)
    return f"about {about} left" + (f" (90 %: {at_most})" if at_most != about else "")


def roughly(seconds: float) -> str:
    """Write a duration that is not known better: ``8s``, ``45s``, ``2m 10s``, ``25m``, ``3h 20m``."""
    if seconds < 10:
        return f"{max(1, round(seconds))}s"
    step = 5 if seconds < 57.5 else 10 if seconds < 600 else 60
    whole = round(seconds / step) * step
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes >= 60:
        return f"{minutes // 60}h {minutes % 60:02d}m"
    return f"{minutes}m {rest:02d}s" if whole < 600 else f"{minutes}m"


# --- what happens -----------------------------------------------------------------------------------------------------


def _groups(shown: Shown, width: int) -> dict[str, list[Line]]:
    """Return lines by what they tell, in the order of the screen."""
    view = shown.view
    waiting, running = waits(view, shown.at), view.running()
    failed = view.failed()[::-1]
    phases = _worth_telling(view.phases())
    names = [_named(one) for one in waiting] + [one.name for one in phases]
    names += [one.name for one in [*running[:50], *failed[:50]]]
    wide = min(
        max((columns(one_line(name)) for name in names), default=LEAST_NAME), max(LEAST_NAME, width // 3), MOST_NAME
    )
    return {
        "phases": _phases(phases, shown.at, wide),
        "running": [_running(shown, one, wide) for one in running],
        "waiting": [_waiting(view, one, shown.at, wide) for one in waiting],
        "to undo": _undo(view),
        "failed": [_failed(shown, one, wide) for one in failed],
    }


def _named(wait: Wait) -> str:
    return wait.steps[0] if len(wait.steps) == 1 else f"{len(wait.steps)} steps"


def _worth_telling(phases: list[PhaseView]) -> list[PhaseView]:
    """Return phases, those that are under way first when there are many."""
    if len(phases) <= 12:
        return phases
    return sorted(phases, key=lambda one: (one.ended_at is not None, one.started_at is None))


def _phases(phases: list[PhaseView], at: float, wide: int) -> list[Line]:
    texts = [_counted_phase(one.counts) for one in phases]
    width = max((len(text) for text in texts), default=0)
    return [_phase(one, text.ljust(width), at, wide) for one, text in zip(phases, texts, strict=True)]


def _counted_phase(counts: Counts) -> str:
    bad = [f"{counts[one]} {one}" for one in ("failed", "blocked", "cancelled") if counts[one]]
    return ", ".join([f"{counts.ended} of {counts.total}{'' if counts.exact else ' or more'}", *bad])


def _phase(phase: PhaseView, text: str, at: float, wide: int) -> Line:
    counts = phase.counts
    over = counts.ended == counts.total and counts.exact
    sign = "failed" if counts["failed"] else "done" if over else "off" if phase.started_at is None else "on"
    until = at if phase.ended_at is None else phase.ended_at
    took = "" if phase.started_at is None else f"  {duration(until - phase.started_at)}"
    return [*_begin(sign, phase.name or "other steps", wide + 2), (text, ""), (took, "dim")]


def _begin(sign: str, name: str, wide: int, indent: str = "") -> Line:
    text = fit(one_line(name), wide)
    return [(indent, ""), ("", f"sign {sign}"), (f" {text}{' ' * (wide - columns(text))}  ", "")]


def _running(shown: Shown, state: StepState, wide: int) -> Line:
    step = shown.view.step(state.name, shown.at)
    taken = shown.at - (state.admitted_at or shown.at) if step.duration_s is None else step.duration_s
    line = [*_begin("on", state.name, wide, "  "), (duration(max(0.0, taken)), "")]
    if state.undo == UNDOING:
        return [*line, ("  being undone", "yellow")]
    if state.stopping:
        return [*line, ("  being ended", "yellow")]
    if step.usual_s is not None:
        usual = roughly(step.usual_s)
        line.append((f" of about {usual}", "dim") if taken <= 1.5 * step.usual_s else (f", usually {usual}", "yellow"))
    if state.attempt > 1:
        line.append((f"  attempt {state.attempt}", "yellow"))
    return line


def _waiting(view: RunView, wait: Wait, at: float, wide: int) -> Line:
    why = one_line(wait.why(at))
    if len(wait.steps) > 1:
        why = why.replace("waits ", "wait ", 1)
    if wait.kind == "retry":
        state = view.run.steps[wait.steps[0]]
        why = f"{failure(state.error, state.code)}, {why}" if state.error else why
    colour = "yellow" if wait.kind in ("answer", "retry", "breaker") else "dim"
    return [*_begin("warn" if colour == "yellow" else "off", _named(wait), wide, "  "), (why, colour)]


def _undo(view: RunView) -> list[Line]:
    undo = view.undo
    if undo is None:
        return []
    bad = f", {undo.failed} failed" if undo.failed else ""
    return [
        [("  ", ""), ("", "sign warn"), (f" taking back what was done: {undo.done} of {undo.total}{bad}", "yellow")]
    ]


def _failed(shown: Shown, state: StepState, wide: int) -> Line:
    last = one_line(shown.last_line(state)).strip()
    how = one_line(failure(state.error, state.code, "" if last else state.message))
    return [*_begin("failed", state.name, wide, "  "), (how, "red"), (f"  {last}" if last else "", "dim")]


# --- when it is over --------------------------------------------------------------------------------------------------


def summary(shown: Shown, log_of: Callable[[StepState], str]) -> list[Line]:
    """Return what is worth knowing when it is over: the slowest steps, the way that took longest, what failed and its logs."""
    view = shown.view
    lines: list[Line] = []
    slow = sorted((one for one in view.steps() if (one.duration_s or 0) >= 1.0), key=lambda one: -(one.duration_s or 0))
    if len(slow) > 1:
        lines.append(
            [
                ("slowest: ", "dim"),
                (", ".join(f"{one_line(one.name)} {duration(one.duration_s)}" for one in slow[:3]), ""),
            ]
        )
    path = view.critical()
    if len(path) > 1 and slow:
        names = [one_line(name) for name in path]
        shown_names = names if len(names) <= 6 else [*names[:3], "…", *names[-2:]]
        lines.append([("longest way: ", "dim"), (" → ".join(shown_names), "")])
    failed = view.failed()
    for state in failed[:SOME_FAILED]:
        lines.append(_failed(shown, state, columns(one_line(state.name)))[1:])
        if log := log_of(state):
            lines.append([("  log: ", "dim"), (one_line(log), "cyan")])
    if len(failed) > SOME_FAILED:
        lines.append([(f"… and {len(failed) - SOME_FAILED} more failed", "dim")])
    return lines


# --- widths -----------------------------------------------------------------------------------------------------------


_OWN = dict.fromkeys(map(ord, "…━─–→·"))  # one column each, which need not be looked up: the table costs 11 ms


def columns(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    others = text.translate(_OWN)
    return len(text) - len(others) + cells(others)


def _width(line: Line) -> int:
    return sum(1 if colour.startswith("sign ") else columns(text) for text, colour in line)


def fit(text: str, width: int) -> str:
    """Cut a text to so many columns."""
    if len(text) <= width and text.isascii():
        return text
    text = text[: 2 * width]  # so that a text of megabytes costs nothing
    if columns(text) <= width:
        return text
    while text and columns(text) > width - 1:
        text = text[:-1]
    return f"{text}…" if width > 0 else ""


def cut(line: Line, width: int) -> Line:
    """Cut a line to so many columns."""
    found: Line = []
    for text, colour in line:
        size = 1 if colour.startswith("sign ") else columns(text[: 4 * width + 4])
        if size > width:
            return [*found, (fit(text, width), colour)] if not colour.startswith("sign ") else found
        found.append((text, colour))
        width -= size
    return found
