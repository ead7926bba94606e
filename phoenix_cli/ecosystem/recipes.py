"""Commands that no build system offers but the maintainers have: scripts in folders, test runs that only CI shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from phoenix_cli.ecosystem.code_shape import is_code
from phoenix_cli.ecosystem.facts import Command, Component
from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.languages import language_shares, share_of
from phoenix_cli.ecosystem.script_folders import scripts
from phoenix_cli.ecosystem.seen_commands import bare_test, unlisted_tasks
from phoenix_cli.ecosystem.usage_evidence import Evidences


def with_recipes(components: Sequence[Component], evidences: Evidences, files: Files) -> list[Component]:
    """Return the components, the root's main one with the commands that only the maintainers' own habits show."""
    at = _main(components, files)
    if at is None:
        return list(components)
    changed = [_with(one, unlisted_tasks(one, evidences)) for one in components]
    known = {
        " ".join(command.argv).removeprefix("./") for one in components for command in one.commands if not command.dir
    }
    changed[at] = _with(changed[at], _unknown(scripts(files, evidences), known))
    bare = bare_test(changed, evidences) if is_code(changed[at]) else None
    changed[at] = _with(changed[at], [bare] if bare is not None else [])
    return changed


def _with(component: Component, commands: Iterable[Command]) -> Component:
    added = tuple(commands)
    return replace(component, commands=(*component.commands, *added)) if added else component


def _main(components: Sequence[Component], files: Files) -> int | None:
    """Return the index of the component at the root that most of the code belongs to."""
    shares = files.once(language_shares)
    rooted = [at for at, one in enumerate(components) if not one.dir]
    return max(rooted, key=lambda at: _weight(components[at], shares), default=None)


def _weight(component: Component, shares: Mapping[str, float]) -> tuple[bool, float, float]:
    return is_code(component), share_of(component.language, shares) or 0.0, component.confidence


def _unknown(commands: Iterator[Command], known: set[str]) -> Iterator[Command]:
    for command in commands:
        line = " ".join(command.argv).removeprefix("./")
        if line not in known:
            known.add(line)
            yield command
