"""Which repositories come before which: those whose packages others need, by the names in their manifests."""

from __future__ import annotations

import graphlib
import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from phoenix_cli.ecosystem.checks.manifests import Manifest

Package = tuple[str, str]  # registry and name


class Needs(NamedTuple):
    """``before`` maps a repository to those that come first; ``broken`` are (later, earlier) pairs that were given up, because
    they need each other."""

    before: Mapping[str, tuple[str, ...]]
    broken: tuple[tuple[str, str], ...]


def needs_of(manifests: Mapping[str, Sequence[Manifest]]) -> Needs:
    """Return the order of repositories, by name. Of a circle the needs of development go first, then that of the first name."""
    owners = _owners(manifests)
    edges: dict[str, dict[str, bool]] = {
        repo: {} for repo in manifests
    }  # later -> earlier -> needed only for development
    for repo, found in manifests.items():
        for manifest in found:
            for need in manifest.requires:
                owner = owners.get((manifest.registry, need.name))
                if owner is not None and owner != repo:
                    edges[repo][owner] = edges[repo].get(owner, True) and need.dev
    broken = _without_circles(edges)
    return Needs({repo: tuple(sorted(earlier)) for repo, earlier in edges.items()}, tuple(broken))


def _owners(manifests: Mapping[str, Sequence[Manifest]]) -> dict[Package, str]:
    """Return who holds a package; of two that say so neither, for nobody knows which one is meant."""
    owners: dict[Package, str | None] = {}
    for repo, found in manifests.items():
        for manifest in found:
            if manifest.name:
                package = (manifest.registry, manifest.name)
                owners[package] = repo if owners.get(package, repo) == repo else None
    return {package: repo for package, repo in owners.items() if repo is not None}


def _without_circles(edges: dict[str, dict[str, bool]]) -> list[tuple[str, str]]:
    broken = []
    while True:
        try:
            graphlib.TopologicalSorter(edges).prepare()
        except graphlib.CycleError as error:
            circle: list[str] = error.args[1]  # each comes before the next; the first stands at the end again
            pairs = [(later, earlier) for earlier, later in itertools.pairwise(circle)]
            later, earlier = min(pairs, key=lambda pair: (not edges[pair[0]][pair[1]], pair))
            del edges[later][earlier]
            broken.append((later, earlier))
        else:
            return broken
