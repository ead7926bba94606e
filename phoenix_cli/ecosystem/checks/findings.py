"""What a check says: findings, how bad each is, and what could not be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
MAX_FINDINGS = 1_000  # kept of one check; more are counted


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing at one place. ``rule`` is a stable name, ``message`` never holds a secret's own text."""

    rule: str
    severity: Severity
    message: str
    file: str = ""
    line: int | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One check of one repository. ``notes`` tell what is unknown or was not looked at; ``counts`` count all findings."""

    check: str
    repo: str
    commit: str | None
    findings: tuple[Finding, ...]
    counts: Mapping[Severity, int]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape."""
        return {
            "check": self.check,
            "repo": self.repo,
            "commit": self.commit,
            "counts": dict(self.counts),
            "findings": [asdict(one) for one in self.findings],
            "notes": list(self.notes),
            "facts": dict(self.facts or {}),
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw, before it is counted and cut. ``facts`` is JSON of its own, such as a list of licences."""

    findings: Iterable[Finding]
    notes: Iterable[str] = ()
    facts: Mapping[str, Any] | None = None


def _order(one: Finding) -> tuple[int, str, int, str]:
    return SEVERITIES.index(one.severity), one.file, one.line or 0, one.rule


def gathered(check: str, repo: str, commit: str | None, seen: Seen) -> Result:
    """Return the worst findings first, at most ``MAX_FINDINGS``, with the counts of all."""
    found = sorted(dict.fromkeys(seen.findings), key=_order)
    counted = Counter(one.severity for one in found)
    notes = [*seen.notes]
    if len(found) > MAX_FINDINGS:
        notes.append(f"{len(found) - MAX_FINDINGS:,} more findings are counted, not listed")
    counts: dict[Severity, int] = {severity: counted[severity] for severity in SEVERITIES}
    return Result(check, repo, commit, tuple(found[:MAX_FINDINGS]), counts, tuple(notes), seen.facts)


def reaches(counts: Mapping[Severity, int], threshold: Severity | Literal["never"]) -> bool:
    """Tell whether there is a finding as bad as the threshold, or worse."""
    if threshold == "never":
        return False
    return any(counts.get(one, 0) for one in SEVERITIES[: SEVERITIES.index(threshold) + 1])
