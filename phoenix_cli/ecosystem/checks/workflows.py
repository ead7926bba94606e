"""GitHub workflows and actions as checks see them: jobs and steps as plain values, with the lines that they stand on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.checks.sources import Sources, line_at

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_ACTION = re.compile(r"(?:.*/)?action\.ya?ml")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job; ``uses`` and ``run`` are "" where it has none. ``script`` is that of actions/github-script."""

    uses: str
    run: str
    script: str
    given: Mapping[str, Any]
    env: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One job, or the steps of an action. ``uses`` names a reusable workflow."""

    name: str
    uses: str
    body: Mapping[str, Any]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Workflow:
    """One file. ``events`` are what starts it; an action has none."""

    path: str
    text: str
    body: Mapping[str, Any]
    events: frozenset[str]
    jobs: tuple[Job, ...]

    def line(self, needle: str) -> int | None:
        """Return the first line on which a text stands; of a long one its first line counts."""
        first = needle.strip().split("\n")[0].strip()
        at = self.text.find(first) if first else -1
        return line_at(self.text, at) if at >= 0 else None


def workflows(sources: Sources) -> Iterator[Workflow]:
    """Yield every workflow and action that can be read; the others become problems of ``sources.files``."""
    for path in sources.tree.paths():
        is_workflow = _WORKFLOW.fullmatch(path)
        if not is_workflow and not _ACTION.fullmatch(path):
            continue
        dir, _, name = path.rpartition("/")
        body = sources.files.folder(dir).yaml(name)
        if is_workflow:
            yield Workflow(path, sources.files.text(path), body, _events(body), tuple(_jobs(body)))
        elif isinstance(body.get("runs"), dict):
            steps = tuple(_steps(body["runs"]))
            yield Workflow(path, sources.files.text(path), body, frozenset(), (Job("", "", body["runs"], steps),))


def _events(body: Mapping[str, Any]) -> frozenset[str]:
    on = body.get("on", body.get("True"))  # YAML 1.1 reads the key ``on`` as true
    if isinstance(on, str):
        return frozenset((on,))
    return frozenset(str(one) for one in on) if isinstance(on, list | dict) else frozenset()


def _jobs(body: Mapping[str, Any]) -> Iterator[Job]:
    jobs = body.get("jobs")
    for name, job in jobs.items() if isinstance(jobs, dict) else ():
        if isinstance(job, dict):
            yield Job(str(name), _text(job.get("uses")), job, tuple(_steps(job)))


def _steps(job: Mapping[str, Any]) -> Iterator[Step]:
    steps = job.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            given = mapping(step.get("with"))
            uses = _text(step.get("uses"))
            script = _text(given.get("script")) if uses.startswith("actions/github-script@") else ""
            yield Step(uses, _text(step.get("run")), script, given, mapping(step.get("env")))


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, empty for anything else."""
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
