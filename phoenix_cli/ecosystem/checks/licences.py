"""The licence of a repository, and whether those of its dependencies go with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from phoenix_cli.ecosystem.checks.dependency_licences import Dependency, dependencies
from phoenix_cli.ecosystem.checks.findings import Finding, Seen
from phoenix_cli.ecosystem.checks.licence_names import Kind, kind_of, licence_of_text
from phoenix_cli.ecosystem.checks.sources import Sources
from phoenix_cli.ecosystem.files import Files

_FILE = re.compile(r"(?i)(?:[a-z0-9]+[-_.])?(?:un)?licen[cs]es?(?:[-._].*)?|copying(?:[-_.].*)?")
MAX_LISTED = 2_000


def check_licences(sources: Sources) -> Seen:
    """Compare what the repository says of itself with what its dependencies ask."""
    files = sources.files
    texts, named = dict(_of_files(files)), dict(_of_manifests(files))
    needs = dependencies(files, sources.root)
    own = next(iter(named.values()), "") or next(filter(None, texts.values()), "")
    unknown = [one for one in needs if not one.licence]
    notes = [f"of {len(unknown):,} of {len(needs):,} dependencies no file here tells the licence"] if unknown else []
    if not needs:
        notes.append("no lock file and no installed package tells dependencies")
    counted = Counter(one.licence or "unknown" for one in needs)
    facts = {
        "licence": own or None,
        "files": {path: licence or None for path, licence in texts.items()},
        "dependencies": [one._asdict() for one in needs[:MAX_LISTED]],
        "by_licence": dict(counted.most_common()),
    }
    return Seen([*_own(texts, named), *_of_needs(own, needs)], notes, facts)


def _of_files(files: Files) -> Iterator[tuple[str, str]]:
    """Yield (file, licence) for each text at the root, and in the folder that REUSE names."""
    named = [name for name in sorted(files.root.names) if _FILE.fullmatch(name)]
    folder = files.folder("LICENSES")
    for path in (*named, *(folder.join(name) for name in sorted(folder.names))):
        yield path, licence_of_text(files.head(path, 60_000))


def _of_manifests(files: Files) -> Iterator[tuple[str, str]]:
    """Yield (file, licence) for each manifest at the root that names one."""
    root = files.root
    for name, body in (("package.json", root.json("package.json")), ("composer.json", root.json("composer.json"))):
        if isinstance(body.get("license"), str):
            yield name, body["license"]
    project = root.toml("pyproject.toml").get("project")
    licence = project.get("license") if isinstance(project, dict) else None
    if isinstance(licence, str) or (isinstance(licence, dict) and isinstance(licence.get("text"), str)):
        yield "pyproject.toml", (licence if isinstance(licence, str) else licence["text"])[:200]
    package = root.toml("Cargo.toml").get("package")
    if isinstance(package, dict) and isinstance(package.get("license"), str):
        yield "Cargo.toml", package["license"]


def _own(texts: dict[str, str], named: dict[str, str]) -> Iterator[Finding]:
    if not texts and not named:
        yield Finding(
            "no-licence", "medium", "nothing says under which licence it may be used", hint="add a LICENSE file"
        )
    elif not texts:
        yield Finding(
            "no-licence-text", "low", "a manifest names a licence, but its text is not here", next(iter(named))
        )
    known = {licence for licence in texts.values() if licence}
    for path in texts if not known else ():
        yield Finding("unknown-licence", "low", "a licence that is not known by its text", path)
    for path, licence in named.items():
        if known and not any(_same(licence, one) for one in known):
            message = f"it says {licence[:60]}, the text is {', '.join(sorted(known))}"
            yield Finding("licences-differ", "medium", message, path)


def _same(named: str, text: str) -> bool:
    """Compare ``Apache-2.0 OR MIT`` or ``BSD License`` with the name of a text: the family has to occur."""
    family = re.split(r"[-\d]", text)[0].lower()
    return family in named.lower() or kind_of(named) == "restricted"


def _of_needs(own: str, needs: list[Dependency]) -> Iterator[Finding]:
    ours: Kind = kind_of(own) if own else "unknown"
    for one in needs:
        kind = kind_of(one.licence) if one.licence else "unknown"
        shown = f"{one.name} {one.version} ({one.licence[:60]})"
        if kind == "restricted":
            yield Finding("restricted-dependency", "medium", f"{shown} may not be used freely", one.source)
        elif kind == "strong copyleft" and ours in ("permissive", "weak copyleft", "restricted"):
            message = f"{shown} asks more than {own[:60]} gives"
            yield Finding("copyleft-dependency", "medium", message, one.source)
