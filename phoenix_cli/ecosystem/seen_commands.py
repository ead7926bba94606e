"""Commands that the maintainers are seen to run though no file lists them.

A makefile may get its targets from an include, a Rakefile from a gem: what CI runs of a component's own runner counts as its
task. And where no system offers a test run at all, the one that CI runs is it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Usage
from phoenix_cli.ecosystem.tool_roles import role_of_act
from phoenix_cli.ecosystem.usage_evidence import Evidences
from phoenix_cli.ecosystem.usage_matching import Act, acts_of

_RUNNERS = frozenset(("make", "rake", "just", "task", "mage", "invoke", "poe"))
_ROLES = frozenset(("test", "lint", "build"))
SURE = 0.8
ENOUGH = 0.5


def unlisted_tasks(component: Component, evidences: Evidences) -> Iterator[Command]:
    """Yield tasks of a component's runner that are run in its folder and that it does not list itself."""
    if component.system not in _RUNNERS:
        return
    known = {act for command in component.commands for act in acts_of(command.argv, command.dir)}
    for act, usages in evidences.usages.items():
        if act in known or act.dir != component.dir or act.words[0] != component.system or not "".join(act.words[1:]):
            continue
        role = role_of_act(act)
        plain = next((usage for usage in usages if usage.dir == act.dir and _is_plain(usage)), None)
        if role in _ROLES and plain is not None and evidences.weights[act] == 1.0:
            name = command_name(component.system, act.words[1], component.dir)
            prefix = ("bundle", "exec") if plain.argv[:2] == ("bundle", "exec") else ()
            yield Command(name, role, (*prefix, *act.words[:2]), act.dir, plain.source, origin="ci", confidence=SURE)


def bare_test(components: Sequence[Component], evidences: Evidences) -> Command | None:
    """Return the test run of the root that only CI shows, None where a component offers one."""
    rooted = (command for one in components if not one.dir for command in one.commands if command.role == "test")
    if any(command.confidence >= ENOUGH for command in rooted):
        return None
    seen = [
        (usage, act)
        for act, usages in evidences.usages.items()
        if not act.dir and evidences.weights[act] == 1.0 and (role_of_act(act) == "test" or _is_test_program(act))
        for usage in usages
        if usage.dir == "" and usage.where == "ci" and _is_plain(usage)
    ]
    if not seen:
        return None
    usage, act = min(seen, key=lambda one: len(one[0].argv))
    return Command("ci:test", "test", _without_noise(usage, act), "", usage.source, origin="ci", confidence=0.75)


def _is_test_program(act: Act) -> bool:
    """Tell whether a program of the repository is its test run by its name: ``./runtest``, ``tests/run.sh``."""
    path = act.words[0]
    name = path.rpartition("/")[2].partition(".")[0].replace("_", "").replace("-", "")
    return len(act.words) == 1 and name in ("runtest", "runtests", "test", "tests", "check", "alltests", "testall")


def _is_plain(usage: Usage) -> bool:
    return not any("$" in word or "`" in word for word in usage.argv)


def _without_noise(usage: Usage, act: Act) -> tuple[str, ...]:
    """Leave out what only CI wants of a test program of the repository: verbosity, reports, a choice of tests."""
    return usage.argv[:1] if _is_test_program(act) and "/" in usage.argv[0] else usage.argv
