"""Folders whose files serve the component above them: CI, editors, hosted workspaces."""

from __future__ import annotations

SERVING = frozenset((
    ".github", ".gitlab", ".circleci", ".buildkite", ".ci", ".azure", ".azuredevops", ".azure-pipelines", ".bazelci",
    ".codesandbox", ".stackblitz", ".gitpod", ".vscode", ".idea", ".semaphore", ".drone", ".woodpecker", ".cloudbuild",
    ".evergreen",
))  # fmt: skip


def serves_above(path: str) -> bool:
    """Tell whether a folder lies in one that only serves the component above: a CI image is no component."""
    return not SERVING.isdisjoint(path.split("/"))
