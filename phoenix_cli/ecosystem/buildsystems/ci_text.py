"""What continuous integration runs, as one text: ground for commands that a tool offers whether or not one uses it."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.files import Files

_FILES = (
    ".gitlab-ci.yml", ".travis.yml", ".circleci/config.yml", "azure-pipelines.yml", "Jenkinsfile", ".cirrus.yml",
    "bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml", "appveyor.yml", ".appveyor.yml", ".bazelci/presubmit.yml",
    ".buildkite/pipeline.yml", ".builds/alpine.yml",
)  # fmt: skip
MAX_FILES = 40
MAX_BYTES = 60_000  # a file; the text is only searched for a few words


def ci_text(files: Files) -> str:
    """Return the beginnings of all CI files in one; call it as ``files.once(ci_text)``."""
    workflows = files.folder(".github/workflows")
    paths = [workflows.join(name) for name in sorted(workflows.names) if name.endswith((".yml", ".yaml"))]
    paths += [path for path in _FILES if files.root.has_file(path)]
    return "\n".join(files.head(path, MAX_BYTES) for path in paths[:MAX_FILES])


def ci_runs(files: Files, pattern: str) -> bool:
    """Tell whether CI has a line that matches a pattern."""
    return re.search(pattern, files.once(ci_text)) is not None
