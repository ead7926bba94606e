"""Follow a script that only calls others, in its own package or in another one, to what is run in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest, by_name, manifest_of

_MAX_DEPTH = 3
#: A script is judged by this many characters; longer ones are data rather than commands.
MAX_LENGTH = 2_000

# "npm run x", "yarn --cwd app x", "pnpm --filter @a/b run x", "npm --prefix app run x", "yarn workspace @a/b x"
_ELSEWHERE = r"(?:-C|-F|-w|--cwd|--prefix|--filter|--dir|--workspace|workspace)[=\s]+[\"']?"
_CALL = re.compile(
    rf"(?<![\w./-])(?:npm|pnpm|yarn|bun|npx pnpm)((?:\s+(?:{_ELSEWHERE}[\w@./-]+[\"']?|-s|--silent|run|run-script))*)"
    r"\s+([\w:@./-]+)((?:\s+-w\s+\S+|\s+--workspace[=\s]\S+)?)"
)
_TARGET = re.compile(rf"{_ELSEWHERE}([\w@./-]+)")
_CD = re.compile(r"\bcd\s+[\"']?([\w./-]+)[\"']?\s*&&\s*(?=npm|pnpm|yarn|bun)")
_ANY_CD = re.compile(r"\bcd\s+[\"']?([\w./-]+)")
_LISTED = re.compile(r"\b(?:npm-run-all|run-s|run-p)((?:\s+(?:-{1,2}[\w-]+|[\w:*-]+))+)|\bnpm:([\w:-]+)")

#: A script with one of these hands the work to other packages, so the process belongs to those.
_DELEGATES = re.compile(
    r"(?<![\w/.-])(?:turbo|nx|lerna|rush|moon|lage)\s|--filter\b|--cwd\b|--prefix\b|--workspaces?\b|\byarn workspaces?\b"
    r"|\b(?:npm|pnpm|yarn|bun)\b[^&|;]*\s(?:-r|-F|-C|-w|--recursive)(?=\s|$)"
)


def delegates(manifest: Manifest, text: str) -> bool:
    """Tell whether a script only hands on to other folders or packages."""
    return bool(_DELEGATES.search(text)) or any(
        manifest_of(manifest.folder.at(dir)) not in (None, manifest) for dir in _ANY_CD.findall(text)
    )


def runs(manifest: Manifest, text: str, depth: int = 0) -> str:
    """Return what a script's text runs in the end: calls of scripts that are known replaced by their own text."""
    if depth >= _MAX_DEPTH or len(text) > MAX_LENGTH:
        return text[:MAX_LENGTH]

    def called(found: re.Match[str]) -> str:
        target = _callee(manifest, found.group(1) + found.group(3), text[: found.start()])
        script = target.scripts.get(found.group(2)) if target else None
        if target is None or script is None or script == text:
            return found.group(0)
        return runs(target, script, depth + 1)

    return _CALL.sub(called, _LISTED.sub(lambda found: _listed(manifest, found, depth), text))[:MAX_LENGTH]


def _callee(manifest: Manifest, flags: str, before: str) -> Manifest | None:
    """Return the package in which a call looks its script up."""
    target = _TARGET.search(flags)
    changed = _CD.search(before)
    if target is None and changed is None:
        return manifest
    word = (target or changed).group(1)  # type: ignore[union-attr]
    return manifest_of(manifest.folder.at(word)) or manifest.folder.files.once(by_name).get(word.rstrip(".").strip("."))


def _listed(manifest: Manifest, found: re.Match[str], depth: int) -> str:
    names = list(_named(manifest, found))
    if not names:
        return found.group(0)
    return " && ".join(runs(manifest, manifest.scripts[name], depth + 1) for name in names)


def _named(manifest: Manifest, found: re.Match[str]) -> Iterator[str]:
    words = (found.group(1) or found.group(2)).split()
    for word in words:
        if "*" in word:
            glob = re.compile(re.escape(word).replace(r"\*\*", ".*").replace(r"\*", "[^:]*"))
            yield from (name for name in manifest.scripts if glob.fullmatch(name))
        elif word in manifest.scripts:
            yield word
