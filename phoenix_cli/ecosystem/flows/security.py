"""``security-review``: what an attacker would look for first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from phoenix_cli.ecosystem.flows.facts import Ground, Repo
from phoenix_cli.ecosystem.flows.review import program
from phoenix_cli.ecosystem.flows.writing import Draft, asked_repo, chosen
from phoenix_cli.engine.running.sources import Source

CHECKS = ("secrets", "history", "pins", "ci", "surprises", "licences")


class Scanner(NamedTuple):
    """A program that this machine may have. ``wants`` is a file that it needs. They read and run nothing of the repository;
    one that ``obeys`` what the repository says (compiles it, asks the servers that it names) is taken only where it is
    trusted."""

    step: str
    argv: tuple[str, ...]
    wants: str = ""
    language: str = ""
    network: bool = False
    obeys: bool = False


#: Flags that keep a scanner from resolving, building or installing anything, and ``cargo-audit`` by itself: as
#: ``cargo audit`` it would obey the aliases and toolchains that a repository may define.
SCANNERS = (
    Scanner("gitleaks", ("gitleaks", "dir", "--no-banner", "--redact", ".")),
    Scanner("bandit", ("bandit", "-q", "-r", ".", "-lll", "-x", "./tests,./.venv"), language="python"),
    Scanner("semgrep", ("semgrep", "scan", "--error", "--metrics=off", "--disable-version-check", "--config", ".semgrep.yml"),
            wants=".semgrep.yml"),
    Scanner("pip-audit", ("pip-audit", "-r", "requirements.txt", "--no-deps", "--disable-pip"), "requirements.txt", network=True),
    Scanner("npm-audit", ("npm", "audit", "--package-lock-only", "--ignore-scripts", "--audit-level=high"), "package-lock.json",
            network=True, obeys=True),
    Scanner("cargo-audit", ("cargo-audit", "audit"), "Cargo.lock", network=True),
    Scanner("govulncheck", ("govulncheck", "./..."), "go.mod", network=True, obeys=True),
)  # fmt: skip


def write(ground: Ground, asked: Mapping[str, str]) -> Source:
    """Write the flow for one repository. Raises ``NotFound`` and ``Usage``."""
    repo = ground.repo(asked_repo(asked, "security-review"))
    network = chosen(asked, "network", ("no", "yes")) == "yes"
    fail_on = chosen(asked, "fail-on", ("high", "medium", "low", "never"))
    draft = Draft(
        "security-review",
        ground.home,
        repo.repository.path,
        f"A look at {repo.repository.name} as an attacker sees it.",
    )
    for check in CHECKS:
        draft.check(repo.id, check, fail_on)
    for scanner in _fitting(ground, repo):
        _add(draft, scanner, repo, ground, network)
    draft.summary(fail_on=fail_on)
    return draft.source()


def _fitting(ground: Ground, repo: Repo) -> Iterator[Scanner]:
    """Yield the scanners that have something to scan in this repository."""
    names = ground.sources(repo).files.root.names
    languages = repo.languages()
    for one in SCANNERS:
        if (not one.wants or one.wants in names) and (not one.language or one.language in languages):
            yield one


def _add(draft: Draft, scanner: Scanner, repo: Repo, ground: Ground, network: bool) -> None:
    path = ground.tool(scanner.argv[0])
    thing = f"the scanner {scanner.step}"
    if path is None:
        reason = f"{scanner.argv[0]} is not installed here"
    elif scanner.network and not network:
        reason = "it asks a service over the network: --input network=yes"
    elif scanner.obeys and repo.level != "trusted":
        reason = "it obeys settings of the repository, which is not trusted"
    else:
        draft.found.append(thing)
        program(draft, scanner.step, "scanners", repo, (path, *scanner.argv[1:]))
        return
    draft.skip(scanner.step, "scanners", thing, reason)
