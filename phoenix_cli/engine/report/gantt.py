"""The Gantt chart: a row for each step that began; with very many, how many ran at once, and the rows that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from phoenix_cli.engine.harmless import markup
from phoenix_cli.engine.progress.waits import seconds
from phoenix_cli.engine.report.bars import Bar
from phoenix_cli.engine.report.facts import Report
from phoenix_cli.engine.report.last_path import Link

WIDE = 1000
MOST_ROWS = 300
COLUMNS = 250  # of the picture of how many ran at once
LOOKS = {
    "succeeded": "s", "failed": "f", "doubtful": "f", "cancelled": "x", "deferred": "x", "running": "g",
}  # fmt: skip
LEGEND = (
    ('<rect class="s" y="2" width="26" height="8"/>', "done"),
    ('<rect class="f" y="0" width="26" height="12"/>', "failed"),
    ('<rect class="k" x="1" y="2" width="24" height="8"/>', "from the cache"),
    ('<rect class="w" y="5" width="26" height="2"/>', "waits for room or a resource"),
    ('<rect class="r" y="5" width="26" height="2"/>', "waits to try again"),
    ('<rect class="x" y="2" width="26" height="8"/>', "ended or put off"),
    ('<rect class="u" y="2" width="26" height="8"/>', "undo"),
    ('<rect class="c" y="9" width="26" height="3"/>', "the path that the duration comes from"),
)
SIGNS = {
    "succeeded": ("✓", "ok"), "failed": ("✗", "bad"), "doubtful": ("!", "bad"), "running": ("●", "wait"),
    "skipped": ("–", "off"), "blocked": ("–", "off"), "cancelled": ("–", "off"),
}  # fmt: skip


def gantt(report: Report) -> Iterator[str]:
    """Yield the chart's HTML."""
    if not report.bars.steps:
        yield "<p>No step ever began.</p>"
        return
    names, all_shown = rows(report)
    total = max(report.bars.until, 1e-9)
    yield '<p class="legend">' + "".join(f"<span><svg>{shape}</svg>{text}</span>" for shape, text in LEGEND) + "</p>"
    yield '<div class="gantt">' + _axis(total)
    if not all_shown:
        yield from _crowds(report, total)
    links: dict[str, list[Link]] = {}
    for link in report.path:
        links.setdefault(link.bar.step, []).append(link)
    phases = {report.bars.view.run.steps[name].spec.phase for name in names}
    for phase, members in _by_phase(report, names):
        if len(phases) > 1:
            yield f'<div class="phase"><span>{markup(phase) or "no phase"}</span></div>'
        for name in members:
            yield _row(report, name, links.get(name, []), total)
    yield "</div>"
    if not all_shown:
        yield (
            f"<p><small>Above, how many ran at once. Of {len(report.bars.steps):,} steps that began, rows are shown for"
            f" {len(names):,}: those on the path, those that failed or were tried again, the longest.</small></p>"
        )


def rows(report: Report) -> tuple[list[str], bool]:
    """Return the steps that get a row, in the order in which they began, and whether that is all of them."""
    steps = report.bars.steps
    chosen = list(steps)
    if len(steps) > MOST_ROWS:
        on_path = {link.bar.step for link in report.path}
        chosen.sort(key=lambda name: (-importance(steps[name], name in on_path), name))
        chosen = chosen[:MOST_ROWS]
    chosen.sort(key=lambda name: (steps[name][0].admitted_at, steps[name][0].ended_at, name))
    return chosen, len(chosen) == len(steps)


def importance(bars: Sequence[Bar], on_path: bool) -> float:
    """Return how much a step is worth a look: failures first, then the path, then retries, then what took long."""
    took = sum(bar.took_s + bar.waited_s for bar in bars)
    failed = any(bar.outcome in ("failed", "doubtful") for bar in bars)
    return took + 1e12 * (bars[-1].outcome != "succeeded") + 1e9 * on_path + 1e6 * (failed or len(bars) > 1)


def _by_phase(report: Report, names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {phase: [] for phase in report.bars.view.flow.phases}
    for name in names:
        found.setdefault(report.bars.view.run.steps[name].spec.phase, []).append(name)
    yield from ((phase, members) for phase, members in found.items() if members)


def _axis(total: float) -> str:
    ticks = "".join(f"<i>{seconds(total * part / 4)}</i>" for part in range(4))
    return f'<div class="axis"><span></span><div>{ticks}</div></div>'


def _row(report: Report, name: str, links: Sequence[Link], total: float) -> str:
    state = report.bars.view.run.steps[name]
    sign, look = SIGNS.get(state.status, ("○", "wait"))
    shapes = "".join(_shapes(report.bars.steps[name], total)) + "".join(_on_path(link, total) for link in links)
    return (
        f'<div class="row"><span title="{markup(name)}"><b class="{look}">{sign}</b> {markup(name)}</span>'
        f'<svg viewBox="0 0 {WIDE} 20" preserveAspectRatio="none" role="img">{shapes}</svg></div>'
    )


def _shapes(bars: Sequence[Bar], total: float) -> Iterator[str]:
    for bar in bars:
        if bar.backed_off_s > 0:
            yield _rect("r", bar.ready_at - bar.backed_off_s, bar.ready_at, total, 9, 2, "")
        if bar.waited_s > 0:
            told = f"{bar.step} waited {seconds(bar.waited_s)} for room, a resource or a breaker"
            yield _rect("w", bar.ready_at, bar.admitted_at, total, 9, 2, told)
        look = "u" if bar.role == "undo" and bar.outcome == "succeeded" else LOOKS.get(bar.outcome, "x")
        top, high = (2, 16) if look == "f" else (4, 12)
        yield _rect("k" if bar.cached else look, bar.admitted_at, bar.ended_at, total, top, high, bar_told(bar))


def bar_told(bar: Bar) -> str:
    """Say in words what a bar is."""
    what = f"{bar.step}, {'undo, ' if bar.role == 'undo' else ''}attempt {bar.number}: {bar.outcome}"
    how = " from the cache" if bar.cached else f" (exit {bar.code})" if bar.code else ""
    why = f": {bar.message[:300]}" if bar.message else ""
    return f"{what}{how}, {seconds(bar.admitted_at)} to {seconds(bar.ended_at)}, took {seconds(bar.took_s)}{why}"


def _on_path(link: Link, total: float) -> str:
    return _rect("c", link.bar.admitted_at, link.bar.ended_at, total, 17, 3, "")


def _rect(look: str, start: float, end: float, total: float, top: int, high: int, told: str) -> str:
    left = WIDE * start / total
    width = max(1.5, WIDE * (end - start) / total)
    place = f'x="{min(left, WIDE - 1.5):.1f}" y="{top}" width="{width:.1f}" height="{high}"'
    return f'<rect class="{look}" {place}' + (f"><title>{markup(told)}</title></rect>" if told else "/>")


def _crowds(report: Report, total: float) -> Iterator[str]:
    """Yield, for each phase, how many of its steps ran at once, and where some failed."""
    phases: dict[str, list[Bar]] = {}
    for name, bars in report.bars.steps.items():
        phases.setdefault(report.bars.view.run.steps[name].spec.phase, []).extend(bars)
    counted = {phase: _at_once(bars, total) for phase, bars in phases.items()}
    most = max(max(heights) for heights in counted.values())
    for phase, heights in counted.items():
        title = markup(phase) or ("all steps" if len(phases) == 1 else "no phase")
        bad = "".join(_tick(bar, total) for bar in phases[phase] if bar.outcome == "failed")
        yield (
            f'<div class="row tall"><span>{title}<br><small>{max(heights):.0f} at once at most</small></span>'
            f'<svg viewBox="0 0 {WIDE} 44" preserveAspectRatio="none"><path class="s" d="{_area(heights, most)}"/>{bad}</svg>'
            "</div>"
        )


def _at_once(bars: Sequence[Bar], total: float) -> list[float]:
    """Return how many bars there are at the middle of each column on average, from sums of beginnings and ends."""
    change = [0.0] * (COLUMNS + 2)
    for bar in bars:
        for at, sign in ((bar.admitted_at, 1.0), (bar.ended_at, -1.0)):
            place = min(float(COLUMNS), COLUMNS * at / total)
            column, part = int(place), place - int(place)
            change[column] += sign * (1 - part)
            change[column + 1] += sign * part
    found: list[float] = []
    now = 0.0
    for one in change[:COLUMNS]:
        now += one
        found.append(max(0.0, now))
    return found


def _area(heights: Sequence[float], most: float) -> str:
    step = WIDE / COLUMNS
    tops = "".join(f"V{42 - 40 * height / max(most, 1e-9):.1f}h{step:g}" for height in heights)
    return f"M0 42{tops}V42z"


def _tick(bar: Bar, total: float) -> str:
    return f'<rect class="f" x="{min(WIDE - 1.5, WIDE * bar.ended_at / total):.1f}" y="0" width="1.5" height="44"/>'
