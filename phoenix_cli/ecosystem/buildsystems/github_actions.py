"""GitHub Actions (row 81): what the maintainers really run, step by step, and the versions that they set up.

Workflow files are scanned as lines (see ``yaml_lines``): sixty of them are common, and a usage needs its line.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.buildsystems.yaml_lines import Entry, Path, entries
from phoenix_cli.ecosystem.facts import Component, Evidence, Fact, Usage, Version
from phoenix_cli.ecosystem.files import Folder

MAX_FILES = 60
MAX_BYTES = 400_000  # of all workflows together
MAX_USAGES = 600

#: Action (without owner for forks' sake) -> (tool, the input that names its version).
_SETUP = {
    "setup-node": (("node", "node-version"),),
    "setup-python": (("python", "python-version"),),
    "setup-go": (("go", "go-version"),),
    "setup-java": (("java", "java-version"),),
    "setup-dotnet": (("dotnet", "dotnet-version"),),
    "setup-ruby": (("ruby", "ruby-version"),),
    "setup-php": (("php", "php-version"),),
    "setup-beam": (("elixir", "elixir-version"), ("erlang", "otp-version"), ("gleam", "gleam-version")),
    "setup-deno": (("deno", "deno-version"),),
    "setup-bun": (("bun", "bun-version"),),
    "setup-uv": (("uv", "version"), ("python", "python-version")),
    "setup-zig": (("zig", "version"),),
    "setup-swift": (("swift", "swift-version"),),
    "setup-julia": (("julia", "version"),),
    "setup-terraform": (("terraform", "terraform_version"),),
    "setup-dart": (("dart", "sdk"),),
    "flutter-action": (("flutter", "flutter-version"),),
    "setup-r": (("r", "r-version"),),
    "setup-pixi": (("pixi", "pixi-version"),),
    "setup-haskell": (("ghc", "ghc-version"),),
    "rust-toolchain": (("rust", "toolchain"),),
    "toolchain": (("rust", "toolchain"),),
    "action-setup": (("pnpm", "version"),),
}


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component at the repository's root, and every step as a usage; workflows further in never run."""
    if folder.path != ".github/workflows":
        return
    names = sorted(name for name in folder.names if name.endswith((".yml", ".yaml")))
    if not names:
        return
    evidence = tuple(folder.evidence(name, "github-actions.workflow", line=1) for name in names[:MAX_FILES])
    yield Component("", "github-actions", "yaml", 0.95, evidence)
    yield from _capped(folder, [folder.join(name) for name in names] + _local_actions(folder))


def _local_actions(folder: Folder) -> list[str]:
    actions = folder.files.folder(".github/actions")
    return [
        below.join(name)
        for below in actions.below(max_depth=3)
        for name in ("action.yml", "action.yaml")
        if below.has(name)
    ]


def _capped(folder: Folder, paths: list[str]) -> Iterator[Fact]:
    size = 0
    seen: set[tuple[str, object, object]] = set()
    for path in paths[:MAX_FILES]:
        text = folder.files.text(path)
        size += len(text)
        if size > MAX_BYTES:
            return
        for fact in workflow_facts(folder, path, text):
            key = _key(fact)
            if key not in seen and len(seen) < MAX_USAGES:
                seen.add(key)
                yield fact


def _key(fact: Fact) -> tuple[str, object, object]:
    if isinstance(fact, Usage):
        return "usage", fact.argv, fact.dir
    assert isinstance(fact, Version)
    return "version", fact.tool, fact.version


def workflow_facts(folder: Folder, path: str, text: str) -> Iterator[Usage | Version]:
    """Yield one workflow's (or composite action's) steps."""
    steps: dict[Path, dict[Path, Entry]] = defaultdict(dict)
    folders: dict[Path, str] = {}
    for entry in entries(text):
        if entry.path[-3:] == ("defaults", "run", "working-directory"):
            folders[entry.path[:-3]] = entry.value
        elif "steps" in entry.path[:3]:
            cut = entry.path.index("steps") + 2
            steps[entry.path[:cut]][entry.path[cut:]] = entry
    for where, step in steps.items():
        yield from _step(folder, path, step, folders.get(where[:-2], folders.get((), "")))


def _step(folder: Folder, path: str, step: dict[Path, Entry], default: str) -> Iterator[Usage | Version]:
    run, shell = step.get(("run",)), step.get(("shell",))
    if run is not None and run.value and (shell is None or shell.value.startswith(("bash", "sh", "$"))):
        own = step.get(("working-directory",))
        dir = _inside(own.value if own else default)
        first = run.line + 1 if "\n" in run.value else run.line
        yield from Shell(folder.files, "ci", path, "github-actions.run", dir).usages(run.value, first)
    uses = step.get(("uses",))
    if uses is not None:
        yield from _versions(path, uses.value, step)


def _inside(dir: str) -> str | None:
    """Return a repository path, None for one that is computed or outside."""
    if "$" in dir:
        return None
    joined = posixpath.normpath(dir.strip("/")) if dir else ""
    return None if joined.startswith("..") else "" if joined == "." else joined


def _versions(path: str, uses: str, step: dict[Path, Entry]) -> Iterator[Version]:
    action, _, ref = uses.partition("@")
    name = action.rpartition("/")[2]
    for tool, key in _SETUP.get(name, ()):
        entry = step.get(("with", key))
        if entry is not None and _literal(entry.value):
            yield Version(tool, entry.value, Evidence(path, entry.line, "github-actions.setup"))
        elif name == "rust-toolchain" and entry is None and re.fullmatch(r"\d+\.\d+(\.\d+)?", ref):
            yield Version(tool, ref, Evidence(path, step[("uses",)].line, "github-actions.setup"))


def _literal(value: str) -> bool:
    return bool(value) and "\n" not in value and value[0] not in "$[{"
