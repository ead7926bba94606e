"""The page: heading, figures, the path, the chart, errors, the table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from phoenix_cli.engine.harmless import markup, markup_lines
from phoenix_cli.engine.progress.waits import seconds
from phoenix_cli.engine.report.facts import Report
from phoenix_cli.engine.report.gantt import SIGNS, gantt, importance
from phoenix_cli.engine.report.last_path import Link
from phoenix_cli.engine.report.look import SCRIPT, STYLE, policy
from phoenix_cli.engine.step_states import StepState

MOST_LINKS = 60
MOST_ERRORS = 50
MOST_IN_TABLE = 2_000
MOST_MESSAGE = 1_000


def page(report: Report) -> str:
    """Return the whole HTML document; the same for the same run."""
    title = f"{markup(report.heading.flow)}: {markup(report.heading.status)}"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy()}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{STYLE}</style></head><body>",
            *_heading(report),
            *_tiles(report),
            *_errors(report),
            "<h2>When each step ran</h2>",
            *gantt(report),
            *_path(report),
            *_table(report),
            f"<script>{SCRIPT}</script></body></html>\n",
        ]
    )


def _heading(report: Report) -> Iterator[str]:
    one = report.heading
    sign, look = SIGNS.get(one.status, ("!", "wait"))
    yield f'<h1>{markup(one.flow)} <span class="{look}">{sign} {markup(one.status)}</span></h1>'
    if one.reason:
        yield f"<p>{markup(one.reason)}</p>"
    facts = [("run", one.run_id), ("file", one.file), ("began", one.started_at), ("ended", one.ended_at or "not yet")]
    facts += [(f"input {name}", _shown(value)) for name, value in list(one.inputs.items())[:50]]
    facts += [(f"flow of {step}", f"{run} ({flow}, {status})") for step, run, flow, status in one.children[:50]]
    yield "<dl>" + "".join(f"<dt>{markup(name)}</dt><dd>{markup(value)}</dd>" for name, value in facts) + "</dl>"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _tiles(report: Report) -> Iterator[str]:
    real = report.heading.duration_s
    efficiency = report.efficiency
    counts = ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in sorted(report.counts.items()))
    tiles = [
        (seconds(real), "duration" if report.heading.ended_at else "so far"),
        (seconds(report.bound_s), f"at least, with {report.heading.max_parallel} at once"),
        ("–" if efficiency is None else f"{efficiency:.0%}", "efficiency: “at least” ÷ duration"),
        (f"{sum(report.counts.values()):,}", f"steps: {counts}"),
        (
            seconds(report.work_s),
            f"of work, {report.work_s / real:.1f} steps at once on average" if real else "of work",
        ),
        (f"{report.retries:,}", f"tried again; {report.cached:,} from the cache"),
    ]
    yield '<div class="tiles">'
    for figure, what in tiles:
        yield f'<div class="tile"><b>{markup(figure)}</b><small>{markup(what)}</small></div>'
    yield "</div>"


def _path(report: Report) -> Iterator[str]:
    if not report.path:
        return
    yield '<h2>Where the time went</h2><p class="dim">From the run\'s last end back to whatever was waited for last.</p><ol>'
    links = list(report.path)
    hidden = links[MOST_LINKS // 2 : -(MOST_LINKS // 2)] if len(links) > MOST_LINKS else []
    for number, link in enumerate(links):
        if hidden and number == MOST_LINKS // 2:
            took = sum(one.bar.took_s for one in hidden)
            yield f'<li class="gap">{len(hidden):,} more links, {seconds(took)}</li>'
        if not (hidden and MOST_LINKS // 2 <= number < len(links) - MOST_LINKS // 2):
            yield _link(link)
    yield "</ol>"


def _link(link: Link) -> str:
    bar = link.bar
    attempt = f", attempt {bar.number}" if bar.number > 1 else ""
    undo = "undo of " if bar.role == "undo" else ""
    how = "" if bar.outcome == "succeeded" else f" {markup(bar.outcome)}"
    kind = ' class="gap"' if link.gap_s > bar.took_s else ""
    gap = f", {seconds(link.gap_s)} later" if link.gap_s >= 0.05 else ""
    return (
        f"<li{kind}><b>{undo}{markup(bar.step)}</b>{attempt}{how} · {seconds(bar.took_s)}"
        f"<small>{seconds(bar.admitted_at)} to {seconds(bar.ended_at)} · {markup(link.why)}{gap}</small></li>"
    )


def _errors(report: Report) -> Iterator[str]:
    failed = report.bars.view.failed()
    undone = [one for one in report.bars.view.run.steps.values() if one.undo == "failed"]
    if not failed and not undone:
        return
    yield "<h2>What went wrong</h2>"
    for number, state in enumerate([*failed, *undone][:MOST_ERRORS]):
        yield _error(report, state, "undo" if number >= len(failed) else "step", number < 5)
    if len(failed) + len(undone) > MOST_ERRORS:
        yield f"<p>and {len(failed) + len(undone) - MOST_ERRORS:,} more</p>"


def _error(report: Report, state: StepState, role: str, open_: bool) -> str:
    number = state.undo_attempt if role == "undo" else state.attempt
    code = f", exit {state.code}" if state.code is not None and role == "step" else ""
    log = report.heading.logs.get((state.name, number, role), "")
    what = "undo of " if role == "undo" else ""
    tail = f"<pre>{markup_lines(log)}</pre>" if log else "<small>nothing was written</small>"
    return (
        f'<details{" open" if open_ else ""}><summary><b class="bad">✗ {what}{markup(state.name)}</b>'
        f" {markup(state.error or 'failed')}{code}, attempt {number}</summary>"
        f"<p>{markup(state.message[:MOST_MESSAGE])}</p>{tail}</details>"
    )


def _table(report: Report) -> Iterator[str]:
    steps = report.bars.view.run.steps
    on_path = {link.bar.step for link in report.path}
    shown = list(steps)
    if len(shown) > MOST_IN_TABLE:
        shown.sort(key=lambda name: -_worth(report, name, on_path))
        kept = set(shown[:MOST_IN_TABLE])
        shown = [name for name in steps if name in kept]
    yield "<h2>Steps</h2>"
    if len(shown) < len(steps):
        yield f"<p><small>{len(shown):,} of {len(steps):,}: failures, the path, retries, the longest.</small></p>"
    heads = (
        ("step", 0),
        ("phase", 0),
        ("status", 0),
        ("tries", 1),
        ("began", 1),
        ("waited", 1),
        ("took", 1),
        ("why", 0),
    )
    cells = "".join(f"<th{' class=n' if number else ''}>{name}</th>" for name, number in heads)
    yield f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>'
    for name in shown:
        yield _table_row(report, steps[name], name in on_path)
    yield "</tbody></table></div>"


def _worth(report: Report, name: str, on_path: set[str]) -> float:
    bars = report.bars.steps.get(name)
    return importance(bars, name in on_path) if bars else 0.0


def _table_row(report: Report, state: StepState, on_path: bool) -> str:
    bars = [bar for bar in report.bars.steps.get(state.name, ()) if bar.role == "step"]
    sign, look = SIGNS.get(state.status, ("○", "wait"))
    status = state.status.replace("_", " ") + (" (cached)" if state.cached else "")
    status += f", undo {state.undo}" if state.undo else ""
    began = bars[0].admitted_at if bars else None
    waited = sum(bar.waited_s for bar in bars) if bars else None
    took = bars[-1].took_s if bars else None
    name = f"<b>{markup(state.name)}</b>" if on_path else markup(state.name)
    why = f"exit {state.code}; {state.message}" if state.code else state.message
    numbers = (
        f'<td class="n" data-v="{state.attempt}">{state.attempt}</td>{_number(began)}{_number(waited)}{_number(took)}'
    )
    return (
        f'<tr><td>{name}</td><td>{markup(state.spec.phase)}</td><td><span class="{look}">{sign}</span> {markup(status)}</td>'
        f"{numbers}<td>{markup(why[:MOST_MESSAGE])}</td></tr>"
    )


def _number(value: float | None) -> str:
    return '<td class="n">–</td>' if value is None else f'<td class="n" data-v="{value:.3f}">{seconds(value)}</td>'


def steps_with_logs(report_steps: Mapping[str, StepState]) -> list[tuple[str, int, str]]:
    """Return whose logs a page shows the ends of: failed steps and failed compensations."""
    found = [(one.name, one.attempt, "step") for one in report_steps.values() if one.status == "failed" and one.attempt]
    found += [(one.name, one.undo_attempt, "undo") for one in report_steps.values() if one.undo == "failed"]
    return found[: 2 * MOST_ERRORS]
