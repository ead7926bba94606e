"""Tell a repository's own managers and versions from those of its examples, tests and templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from phoenix_cli.ecosystem.facts import PackageManager, Version
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

_F = TypeVar("_F", PackageManager, Version)


def own_managers(managers: Iterable[PackageManager]) -> tuple[PackageManager, ...]:
    """Return each manager once a folder, without those of low places that say nothing of the repository itself."""
    once = {(one.language, one.name, one.dir): one for one in reversed(list(managers))}
    return _own(tuple(reversed(once.values())), lambda one: one.dir, lambda one: one.language)


def own_versions(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Return each version once, without those of low places that say nothing of the repository itself."""
    return _own(tuple(dict.fromkeys(versions)), lambda one: one.source.file.rpartition("/")[0], lambda one: one.tool)


def _own(facts: tuple[_F, ...], dir_of: Callable[[_F], str], topic_of: Callable[[_F], str]) -> tuple[_F, ...]:
    """Leave out facts of examples and the like where there are others; documentation's where others tell of the same."""
    own = {fact for fact in facts if place_of(dir_of(fact)) not in LOW_PLACES}
    told = {topic_of(fact) for fact in own}
    return tuple(
        fact for fact in facts
        if not own or fact in own or (place_of(dir_of(fact)) == "docs" and topic_of(fact) not in told)
    )  # fmt: skip
