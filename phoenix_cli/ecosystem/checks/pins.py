"""Whether the dependencies of a build are the same tomorrow: lock files, their drift, and where packages come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.checks.findings import Finding, Seen, Severity
from phoenix_cli.ecosystem.checks.manifests import Manifest, Requirement, manifests
from phoenix_cli.ecosystem.checks.sources import Sources, line_at
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

MAX_NEEDS = 5_000  # of one manifest: each is looked up in its text
_LOCKS = {
    "npm": "npm install --package-lock-only", "pypi": "uv lock, or poetry lock", "cargo": "cargo generate-lockfile",
    "go": "go mod tidy", "composer": "composer update --lock", "rubygems": "bundle lock",
}  # fmt: skip
_FROM_GIT = re.compile(
    r"(?i)git\+|^git:|^git@|\bgit=|^github:|^gitlab:|^bitbucket:|\.git\b|:git\s*=>|git:\s*[\"']|github:\s*[\"']"
)
_COMMIT = re.compile(r"(?i)\b[0-9a-f]{40}\b|rev=|tag=|ref:|tag:")
_OPEN_LINE = re.compile(r"(?i)\bhttp://(?!localhost|127\.|[a-z0-9.-]*\.(?:test|local|invalid)\b)|\bgit://")
_ANYTHING = frozenset(("*", "latest", "x", "", "any"))
_INDEX = re.compile(r"(?m)^[ \t]*(--(?:extra-)?index-url|-i|--trusted-host|--find-links)[ =]+(\S+)")
_FROM = re.compile(r"(?im)^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?([^\s$]+)(?:[ \t]+AS[ \t]+(\S+))?")


def check_pins(sources: Sources) -> Seen:
    """Look through manifests, lock files, requirement lists and Dockerfiles."""
    found = manifests(sources.files)
    findings = [one for manifest in found for one in _of_manifest(sources, manifest)]
    for folder in sources.files.folders.values():
        if place_of(folder.path.lower()) not in LOW_PLACES:
            findings += _of_folder(folder)
    notes = [f"{one.file} cannot be read: {one.message}" for one in sources.files.problems.values()]
    return Seen(findings, notes, {"manifests": len(found), "dependencies": sum(len(one.requires) for one in found)})


def _of_manifest(sources: Sources, manifest: Manifest) -> Iterator[Finding]:
    text = sources.files.text(manifest.path)
    if manifest.requires and not manifest.lock and manifest.registry in _LOCKS:
        severity: Severity = "medium" if manifest.runs else "low"
        what = "a program" if manifest.runs else "a library"
        yield Finding("no-lock", severity, f"{what} with {len(manifest.requires)} dependencies and no lock file",
                      manifest.path, None, _LOCKS[manifest.registry])  # fmt: skip
    for need in manifest.requires[:MAX_NEEDS]:
        yield from _of_requirement(manifest, need, _line(text, need.name))
    yield from _drift(manifest)


def _line(text: str, name: str) -> int | None:
    at = text.find(name)
    return line_at(text, at) if at >= 0 else None


def _of_requirement(manifest: Manifest, need: Requirement, line: int | None) -> Iterator[Finding]:
    wanted = need.wanted.strip("\"' ")
    if _OPEN_LINE.search(wanted):
        yield Finding("unsafe-address", "high", f"{need.name} comes over an open line", manifest.path, line, "https://")
    elif _FROM_GIT.search(wanted) and not _COMMIT.search(wanted):
        severity: Severity = "low" if manifest.locked else "medium"
        yield Finding("git-dependency", severity, f"{need.name} comes from the tip of a branch", manifest.path, line,
                      "name a commit or a tag")  # fmt: skip
    elif re.match(r"(?i)https://", wanted.removeprefix("@").strip()):
        yield Finding(
            "address-dependency", "low", f"{need.name} comes from an address, past the registry", manifest.path, line
        )
    elif manifest.path.endswith("requirements.txt") and not re.search(r"===?|@", wanted):
        yield Finding("unpinned", "low", f"{need.name} may be any version", manifest.path, line, "name==version")
    elif manifest.registry in ("npm", "cargo", "composer") and wanted in _ANYTHING:
        yield Finding("any-version", "medium", f"{need.name} may be any version", manifest.path, line)


def _drift(manifest: Manifest) -> Iterator[Finding]:
    """Tell what the manifest needs and the lock file lacks: it was changed by hand, and installs fail or differ."""
    if manifest.locked is None:
        return
    optional = ("workspace:", "link:", "file:", "path=")
    lacking = [
        one.name for one in manifest.requires
        if one.name not in manifest.locked and not one.wanted.startswith(optional)
        and not (one.dev and manifest.registry == "npm")
    ]  # fmt: skip
    if lacking:
        names = ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
        hint = _LOCKS.get(manifest.registry, "")
        yield Finding("lock-drift", "medium", f"{manifest.lock} lacks {names}", manifest.path, None, hint)


def _of_folder(folder: Folder) -> Iterator[Finding]:
    for name in sorted(folder.names):
        if re.fullmatch(r"requirements.*\.(?:txt|in)|pip\.conf", name):
            yield from _indexes(folder, name)
        elif name in ("package-lock.json", "yarn.lock", "pnpm-lock.yaml"):
            yield from _addresses(folder, name)
        elif name == "Dockerfile" or name.startswith("Dockerfile.") or name.endswith((".Dockerfile", ".dockerfile")):
            yield from _images(folder, name)


def _indexes(folder: Folder, name: str) -> Iterator[Finding]:
    text = folder.text(name)
    for match in _INDEX.finditer(text):
        path, line = folder.join(name), line_at(text, match.start(1))
        if _OPEN_LINE.match(match[2]):
            yield Finding("unsafe-address", "high", "packages come over an open line", path, line, "https://")
        elif match[1] == "--extra-index-url":
            message = "two indexes: whoever owns a name on one of them can give its package"
            yield Finding("two-indexes", "medium", message, path, line, "one index that serves both")
        elif match[1] == "--trusted-host":
            yield Finding("trusted-host", "medium", "the certificate of a host is not looked at", path, line)


def _addresses(folder: Folder, name: str) -> Iterator[Finding]:
    text = folder.files.text(folder.join(name), 50_000_000)
    match = re.search(r"(?:resolved\"?:?|tarball:)\s*\"?(http://(?!localhost|127\.)[^\s\"]+)", text)
    if match:
        yield Finding("unsafe-address", "high", "packages come over an open line", folder.join(name),
                      line_at(text, match.start()), "https://")  # fmt: skip


def _images(folder: Folder, name: str) -> Iterator[Finding]:
    text, stages = folder.text(name), set[str]()
    for match in _FROM.finditer(text):
        image, stage = match[1], (match[2] or "").lower()
        bare = "@" not in image and ":" not in image.rpartition("/")[2]
        if image != "scratch" and image.lower() not in stages and (bare or image.endswith(":latest")):
            yield Finding("unpinned-image", "low", f"{image} may change from day to day", folder.join(name),
                          line_at(text, match.start(1)), "name a version, best with its @sha256 digest")  # fmt: skip
        stages.add(stage)
