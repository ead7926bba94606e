"""What the labels say, and how an answer is held against it.

A label: ``components`` [{dir, system}] that must be found, ``low`` pairs or ``prefix``es that are neither right nor wrong,
``primary`` role -> accepted shell lines or null, ``optional_roles`` for which null is fine too, ``primary_ok`` lines that are
tolerated, ``package_managers`` language -> name, ``ports`` and ``services`` that must be found, ``ports_ok`` and ``services_ok``
that may be, ``service_aliases`` and ``system_aliases`` name -> other names for it.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import Any

from phoenix_cli.ecosystem.facts import Command, Detection
from phoenix_cli.ecosystem.places import LOW_PLACES

Pair = tuple[str, str]
_SAME_LANGUAGE = {"typescript": "javascript", "kotlin": "java", "c#": "csharp", "fsharp": "csharp"}


@dataclass(slots=True)
class Tally:
    """What was found of what had to be, and what was said besides; the words for a person who looks into it."""

    right: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.right += other.right
        self.missed += other.missed
        self.wrong += other.wrong


def judge(label: dict[str, Any], found: Detection) -> dict[str, Tally]:
    """Return a tally for components, each role, managers, ports and services."""
    tallies = {"components": components(label, found), "managers": managers(label, found)}
    tallies |= {"ports": ports(label, found), "services": services(label, found)}
    return tallies | {role: primary(label, found, role) for role in label["primary"]}


def components(label: dict[str, Any], found: Detection) -> Tally:
    """Compare the (folder, system) pairs."""
    tally, said = Tally(), {(one.dir, one.system) for one in found.components}
    claimed: set[Pair] = set()
    for dir, system in [(one["dir"], one["system"]) for one in label["components"]]:
        names = {(dir, name) for name in (system, *label.get("system_aliases", {}).get(system, ()))}
        claimed |= names
        if names & said:
            tally.right += 1
        else:
            tally.missed.append(f"{dir or '.'} {system}")
    low = {(one.dir, one.system) for one in found.components if one.place in LOW_PLACES}
    tally.wrong = [
        f"{dir or '.'} {system}" for dir, system in sorted(said - claimed - low) if not _excused(label, dir, system)
    ]
    return tally


def _excused(label: dict[str, Any], dir: str, system: str) -> bool:
    return any(
        f"{dir}/".startswith(one["prefix"]) if "prefix" in one else (one["dir"], one["system"]) == (dir, system)
        for one in label.get("low", ())
    )


def primary(label: dict[str, Any], found: Detection, role: str) -> Tally:
    """Compare the command that was chosen for a role."""
    accepted = label["primary"][role]
    tolerated = {normal(line) for line in label.get("primary_ok", {}).get(role, ())}
    name = found.primary.get(role)
    if name is None:
        needed = accepted is not None and role not in label.get("optional_roles", ())
        return Tally(missed=[f"{role}: none of {accepted[:3]}"] if needed else [])
    line = normal(shell_line(command_named(found, name)))
    if line in {normal(one) for one in accepted or ()}:
        return Tally(right=1)
    return (
        Tally()
        if line in tolerated
        else Tally(wrong=[f"{role}: {line!r} ({name}) is none of {accepted and accepted[:4]}"])
    )


def command_named(found: Detection, name: str) -> Command:
    """Return the command of a name; one that no component has is an error of the detector."""
    return next(command for one in found.components for command in one.commands if command.name == name)


def shell_line(command: Command) -> str:
    """Return what one would type at the repository's root."""
    argv = command.argv
    line = argv[2] if argv[:2] == ("sh", "-c") and len(argv) == 3 else shlex.join(argv)
    return f"cd {shlex.quote(command.dir)} && {line}" if command.dir else line


def normal(line: str) -> str:
    """Return a shell line with one spelling for blanks and quotes."""
    try:
        return " ".join(shlex.split(line))
    except ValueError:
        return re.sub(r"\s+", " ", line.strip())


def managers(label: dict[str, Any], found: Detection) -> Tally:
    """Compare each labelled language's manager with the first that was found for it, nearest to the root."""
    tally = Tally()
    said: dict[str, str] = {}
    for one in sorted(found.package_managers, key=lambda one: one.dir.count("/") + bool(one.dir)):
        said.setdefault(_language(one.language), one.name)
    for language, name in label["package_managers"].items():
        got = said.get(_language(language))
        if got == name or got in label.get("system_aliases", {}).get(name, ()):
            tally.right += 1
        elif got is None:
            tally.missed.append(f"{language}: {name}")
        else:
            tally.wrong.append(f"{language}: {got} is not {name}")
    return tally


def _language(name: str) -> str:
    return _SAME_LANGUAGE.get(name, name)


def ports(label: dict[str, Any], found: Detection) -> Tally:
    """Compare (service, port) pairs: all ports of a service may be the one asked for, its main port has to be one of them."""
    main = [(one.name, one.port) for one in found.services if one.port]
    said = {(one.name, port) for one in found.services for port in one.ports}
    wanted = [(one["service"], one["port"]) for one in label["ports"]]
    tally, claimed = Tally(), set()
    for service, port in wanted:
        names = {(name, port) for name in _names(label, service)}
        claimed |= names
        if names & said:
            tally.right += 1
        else:
            tally.missed.append(f"{service}:{port}")
    claimed |= {(one["service"], one["port"]) for one in label.get("ports_ok", ())}
    tally.wrong = [f"{service}:{port}" for service, port in main if (service, port) not in claimed]
    return tally


def services(label: dict[str, Any], found: Detection) -> Tally:
    """Compare the services' names."""
    said = {one.name for one in found.services}
    tally, claimed = Tally(), set(label.get("services_ok", ()))
    for service in label["services"]:
        names = _names(label, service)
        claimed |= names
        if names & said:
            tally.right += 1
        else:
            tally.missed.append(service)
    tally.wrong = sorted(said - claimed)
    return tally


def _names(label: dict[str, Any], service: str) -> set[str]:
    return {service, *label.get("service_aliases", {}).get(service, ())}
