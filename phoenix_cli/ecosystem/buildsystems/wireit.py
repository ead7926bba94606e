"""wireit (row 11): the ``wireit`` table of a package.json gives its scripts dependencies and caching.

The scripts stay npm's; this only says that the tool is in use, once for a workspace and not for each of its packages.
"""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.node_manifests import manifest_of
from phoenix_cli.ecosystem.buildsystems.node_workspaces import workspace_of
from phoenix_cli.ecosystem.facts import Component, Fact
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield wireit's component where a package outside of any workspace, or a workspace's root, has its table."""
    manifest = manifest_of(folder)
    if manifest is None or not manifest.table("wireit") or workspace_of(folder) is not None:
        return
    yield Component(
        folder.path, "wireit", "javascript", 0.9, (manifest.evidence("wireit.table", "wireit"),), name=manifest.name
    )
