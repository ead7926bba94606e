"""Look at a repository's files and say what it is. Nothing of the repository is executed, and links are not followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from phoenix_cli.ecosystem.buildsystems.compose import built_folders
from phoenix_cli.ecosystem.buildsystems.registry import awake
from phoenix_cli.ecosystem.code_shape import shape_of
from phoenix_cli.ecosystem.facts import (
    Command,
    Component,
    Conflict,
    Detection,
    Fact,
    PackageManager,
    Service,
    Usage,
    Version,
)
from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.own_facts import own_managers, own_versions
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of
from phoenix_cli.ecosystem.primary import choose_primary
from phoenix_cli.ecosystem.recipes import with_recipes
from phoenix_cli.ecosystem.service_facts import join_services
from phoenix_cli.ecosystem.trees import Tree
from phoenix_cli.ecosystem.usage_evidence import Evidences

LOW_FACTOR = 0.4


def detect(tree: Tree, path: str) -> Detection:
    """Return everything that the tree's files tell; ``path`` is only repeated in the answer."""
    files = Files(tree)
    woken = list(awake(files))
    tree.prefetch(folder.join(name) for family, folder in woken for name in folder.names if name in family.names)
    facts: list[Fact] = []
    for family, folder in woken:
        facts.extend(family.load().detect(folder))
    return assemble(path, tree.commit, facts, files)


def assemble(path: str, commit: str | None, facts: Iterable[Fact], files: Files) -> Detection:
    """Put facts together: place, merge and rank the components, choose the primary commands."""
    facts = list(facts)
    evidences = Evidences(fact for fact in facts if isinstance(fact, Usage))
    merged = merge(_placed(fact) for fact in facts if isinstance(fact, Component))
    components = tuple(rank(with_recipes(merged, evidences, files)))
    services = join_services((fact for fact in facts if isinstance(fact, Service)), files.once(built_folders))
    return Detection(
        path=path,
        commit=commit,
        components=components,
        primary=choose_primary(components, evidences, shape_of(files, path)),
        package_managers=own_managers(fact for fact in facts if isinstance(fact, PackageManager)),
        versions=own_versions(fact for fact in facts if isinstance(fact, Version)),
        services=services,
        conflicts=tuple(fact for fact in facts if isinstance(fact, Conflict)),
        problems=tuple(files.problems.values()),
    )


def _placed(component: Component) -> Component:
    place = place_of(component.dir)
    if place in LOW_PLACES:
        return replace(component, place=place, confidence=round(component.confidence * LOW_FACTOR, 2))
    return replace(component, place="member" if component.member and component.dir else place)


def merge(components: Iterable[Component]) -> list[Component]:
    """Join what several modules told of the same folder and system; commands of one name are kept once, the surest."""
    joined: dict[tuple[str, str], Component] = {}
    for component in components:
        key = (component.dir, component.system)
        known = joined.get(key)
        joined[key] = component if known is None else _join(known, component)
    return list(joined.values())


def _join(one: Component, other: Component) -> Component:
    strong, weak = (one, other) if one.confidence >= other.confidence else (other, one)
    commands: dict[str, Command] = {}
    for command in (*strong.commands, *weak.commands):
        if command.name not in commands or command.confidence > commands[command.name].confidence:
            commands[command.name] = command
    return replace(
        strong,
        evidence=tuple(dict.fromkeys((*strong.evidence, *weak.evidence))),
        commands=tuple(commands.values()),
        name=strong.name or weak.name,
        member=strong.member or weak.member,
        rejected=tuple(dict.fromkeys((*strong.rejected, *weak.rejected))),
    )


def rank(components: Iterable[Component]) -> list[Component]:
    """Order components: the repository's own before examples and the like, then near the root, then sure."""
    return sorted(
        components,
        key=lambda one: (
            one.place in LOW_PLACES,
            one.dir.count("/") + bool(one.dir),
            one.dir,
            -one.confidence,
            one.system,
        ),
    )
