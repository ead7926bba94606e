"""``review-all``: everything that one would look at before a change goes in, at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.ecosystem.flows.choosing import FORMAT, LINT, TESTS, TYPES, Choice, Kind, choose
from phoenix_cli.ecosystem.flows.facts import Ground, Repo
from phoenix_cli.ecosystem.flows.repo_step import TRUSTS
from phoenix_cli.ecosystem.flows.writing import COMMAND_TIMEOUT, Draft, asked_repo, chosen, literal
from phoenix_cli.engine.running.sources import Source

#: Languages that lizard reads, beside Python, which we measure ourselves.
_LIZARD = frozenset(
    "javascript typescript java kotlin c cpp c++ csharp go rust ruby php swift scala lua solidity erlang zig objective-c perl r"
    .split()
)  # fmt: skip


REFUSED = "not trusted, so it is refused: --input trust=sandbox, or phoenix ecosystem trust {}"


def write(ground: Ground, asked: Mapping[str, str]) -> Source:
    """Write the flow for one repository. Raises ``NotFound`` and ``Usage``."""
    repo = ground.repo(asked_repo(asked, "review-all"))
    options = command_options(asked)
    draft = Draft("review-all", ground.home, repo.repository.path, f"A review of {repo.repository.name}.")
    draft.resources[tree_of(repo)] = 1
    for kind in (LINT, TYPES, FORMAT, TESTS):
        _add(draft, kind, repo, choose(kind, repo, ground), options)
    _complexity(draft, repo, ground)
    draft.check(repo.id, "secrets")
    draft.check(repo.id, "licences")
    draft.summary()
    return draft.source()


def command_options(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what every step that runs a repository's command says about trust. Raises ``Usage``."""
    trust = chosen(asked, "trust", TRUSTS)
    net = chosen(asked, "net", ("no", "yes")) == "yes"
    return {"trust": trust, **({"net": True} if net else {})}


def tree_of(repo: Repo) -> str:
    """Return the name of the lock on a repository's files: what reads them shares it, what rewrites them has it alone."""
    return f"tree_{repo.id}"


def _add(draft: Draft, kind: Kind, repo: Repo, choice: Choice, options: Mapping[str, Any]) -> None:
    wants = {tree_of(repo): "exclusive" if choice.writes else "shared"}
    if choice.command is not None:
        body: dict[str, Any] = {"run": literal(choice.command["name"]), "on": repo.id, **options}
        if choice.arguments:
            body["arguments"] = list(choice.arguments)
        # Tests take longest mostly, and before the first run nothing is measured.
        priority = "high" if kind is TESTS else "normal"
        draft.add(kind.step, "commands", repo=body, resources=wants, timeout=COMMAND_TIMEOUT, priority=priority)
        if repo.level == "inspect" and options["trust"] == "as-is":
            draft.notes[kind.step] = REFUSED.format(repo.repository.name)
    elif choice.program:
        program(draft, kind.step, "commands", repo, choice.program)
    else:
        draft.skip(kind.step, "commands", kind.thing, choice.reason)
        return
    draft.found.append(kind.thing)


def program(draft: Draft, step: str, phase: str, repo: Repo, argv: tuple[str, ...], **keys: Any) -> None:
    """Add a program of this machine that reads the repository's files."""
    draft.resources.setdefault(tree_of(repo), 1)
    draft.add(step, phase, run=[literal(word) for word in argv], dir=literal(str(repo.repository.path)),
              resources={tree_of(repo): "shared"}, timeout=COMMAND_TIMEOUT, **keys)  # fmt: skip


def _complexity(draft: Draft, repo: Repo, ground: Ground) -> None:
    python = any(path.endswith(".py") for path in ground.sources(repo).tree.paths())
    if python:
        draft.check(repo.id, "complexity")
    others = [one for one in repo.languages() if one in _LIZARD]
    if not others and python:
        return
    step = "complexity-others" if python else "complexity"
    if others and (lizard := ground.tool("lizard")):
        program(draft, step, "checks", repo, (lizard, "-C", "30", "-w", "-x", "*/node_modules/*", "."))
    else:
        told = (
            f"lizard, which measures {', '.join(others[:4])}, is not installed here"
            if others
            else "no language that is measured"
        )
        draft.skip(step, "checks", "a complexity tool", told)
