"""Two changes that merge as text, held against each other: a name that goes away on one side and is newly used on the other,
a call that no longer fits, a name that both add. Pure.

A suspicion is made from what each side changes, and confirmed on the merged files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from phoenix_cli.vcs.semantics.go import GO
from phoenix_cli.vcs.semantics.model import Definition, Facts, Import, Language, Signature, Use, accepts
from phoenix_cli.vcs.semantics.python import PYTHON
from phoenix_cli.vcs.semantics.rust import RUST
from phoenix_cli.vcs.semantics.script import SCRIPT

LANGUAGES = (PYTHON, SCRIPT, RUST, GO)
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
NOTHING = Facts()
Merged = Callable[[str], Facts | None]


def language_of(path: str) -> Language | None:
    """Return the language of a path, by its suffix; None for generated declarations and unknown ones."""
    if path.endswith((".d.ts", ".min.js", "_pb2.py", ".pb.go")):
        return None
    return _BY_SUFFIX.get("." + path.rpartition(".")[2])


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after a side's change; None where it is not there or cannot be read."""

    path: str
    old: Facts | None
    new: Facts | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not fit. ``kind``: name removed, name renamed, signature changed, added twice. The definition's side comes
    first: its file and line; then the file and lines that use it (or define it again)."""

    kind: str
    name: str
    path: str
    line: int
    other_path: str
    other_lines: tuple[int, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A definition that a side removed or gave another signature."""

    path: str
    language: Language
    old: Definition
    new: Definition | None
    renamed: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side's change means, by the last part of each name."""

    gone: Mapping[str, Sequence[Gone]]
    used: Mapping[str, Sequence[tuple[str, Use | Import]]]
    added: Mapping[tuple[str, str], tuple[str, Definition]]
    files: Mapping[str, FileChange]

    @classmethod
    def of(cls, files: Sequence[FileChange]) -> Side:
        """Read a side's changed files."""
        gone: dict[str, list[Gone]] = {}
        used: dict[str, list[tuple[str, Use | Import]]] = {}
        added: dict[tuple[str, str], tuple[str, Definition]] = {}
        for one in _gone(files):
            gone.setdefault(one.old.name.rpartition(".")[2], []).append(one)
        for file in files:
            for use in _new_uses(file):
                used.setdefault(use.name, []).append((file.path, use))
        for scope, path, definition in _added(files):
            added.setdefault((scope, definition.name), (path, definition))
        return cls(gone, used, added, {file.path: file for file in files})


def _scoped(files: Sequence[FileChange]) -> Iterator[tuple[Language, str, FileChange]]:
    for file in files:
        facts = file.new or file.old
        if facts and (language := language_of(file.path)):
            yield language, language.scope(file.path, facts), file


def _gone(files: Sequence[FileChange]) -> Iterator[Gone]:
    """Yield what is gone or changed in each scope: a name that moved within a package is still there."""
    still: dict[str, dict[str, Definition]] = {}
    before: dict[str, set[str]] = {}
    for _, scope, file in _scoped(files):
        still.setdefault(scope, {}).update((one.name, one) for one in (file.new or NOTHING).definitions)
        before.setdefault(scope, set()).update(one.name for one in (file.old or NOTHING).definitions)
    for language, scope, file in _scoped(files):
        if file.new is None and file.old is not None and language_of(file.path) is None:
            continue
        for old in (file.old or NOTHING).definitions:
            new = still[scope].get(old.name)
            if new is None:
                yield Gone(file.path, language, old, None, _renamed(old, still[scope], before[scope]))
            elif old.signature != new.signature and old.signature and new.signature and _alone(old, file):
                yield Gone(file.path, language, old, new)


def _alone(definition: Definition, file: FileChange) -> bool:
    """Tell whether a name stands once in both versions: overloads and branches of a condition cannot be compared."""
    versions = ((file.old or NOTHING).definitions, (file.new or NOTHING).definitions)
    return all(sum(one.name == definition.name for one in names) <= 1 for names in versions)


def _renamed(old: Definition, still: Mapping[str, Definition], before: set[str]) -> str:
    """Return the only new name of the same kind and signature, "" when there is none or several."""
    owner = old.name.rpartition(".")[0]
    fit = [
        one.name
        for one in still.values()
        if one.name not in before
        and (one.kind, one.signature) == (old.kind, old.signature)
        and one.name.rpartition(".")[0] == owner
    ]
    return fit[0] if len(fit) == 1 else ""


def _new_uses(file: FileChange) -> Iterator[Use | Import]:
    if file.new is None:
        return
    old = file.old or NOTHING
    seen = Counter((use.name, use.owner, use.count, use.words) for use in old.uses)
    for use in file.new.uses:
        key = (use.name, use.owner, use.count, use.words)
        if seen[key] > 0:
            seen[key] -= 1
        else:
            yield use
    known = {(one.module, one.name) for one in old.imports}
    yield from (one for one in file.new.imports if (one.module, one.name) not in known and one.name not in ("", "*"))


def _added(files: Sequence[FileChange]) -> Iterator[tuple[str, str, Definition]]:
    before: dict[str, set[str]] = {}
    for _, scope, file in _scoped(files):
        before.setdefault(scope, set()).update(one.name for one in (file.old or NOTHING).definitions)
    for _, scope, file in _scoped(files):
        counted = Counter(one.name for one in (file.new or NOTHING).definitions)
        for one in (file.new or NOTHING).definitions:
            if (
                one.name not in before[scope]
                and one.kind not in ("import", "export", "default", "module")
                and counted[one.name] == 1
            ):
                yield scope, file.path, one


def find_clashes(a: Side, b: Side, merged: Merged) -> tuple[list[Finding], list[Finding]]:
    """Return what is confirmed on the merged files: findings where A's definition meets B's use, and the other way round.
    What both add is in the first list."""
    return [*_twice(a, b, merged), *_uses_of_gone(a, b, merged)], list(_uses_of_gone(b, a, merged))


def _twice(a: Side, b: Side, merged: Merged) -> Iterator[Finding]:
    for key in sorted(a.added.keys() & b.added.keys()):
        (path, one), (other_path, other) = a.added[key], b.added[key]
        paths = sorted({path, other_path})
        found = [one for place in paths for one in (merged(place) or NOTHING).definitions if one.name == key[1]]
        owner = key[1].rpartition(".")[0]
        apart = owner and Counter(d.name for p in paths for d in (merged(p) or NOTHING).definitions)[owner] > 1
        if len(found) > 1 and not apart and not _both_plain(one, other):
            yield Finding("added twice", key[1], path, one.line, other_path, (other.line,), f"both add {key[1]}")


def _both_plain(one: Definition, other: Definition) -> bool:
    """Tell whether both only give a variable a value, which may be done twice."""
    return one.kind == other.kind == "name"


def _uses_of_gone(a: Side, b: Side, merged: Merged) -> Iterator[Finding]:
    for name in sorted(a.gone.keys() & b.used.keys()):
        for gone in a.gone[name]:
            by_path: dict[str, list[int]] = {}
            for path, use in b.used[name]:
                if (
                    language_of(path) is gone.language
                    and _meets(gone, path, use, b)
                    and _stands(gone, path, use, merged)
                ):
                    by_path.setdefault(path, []).append(use.line)
            for path, lines in sorted(by_path.items()):
                yield _finding(gone, path, tuple(sorted(set(lines))))


def _finding(gone: Gone, path: str, lines: tuple[int, ...]) -> Finding:
    old = gone.old
    if gone.new is not None:
        kind, note = "signature changed", f"{old.name} takes or gives something else now"
    elif gone.renamed:
        kind, note = "name renamed", f"{old.name} is called {gone.renamed} now"
    else:
        kind, note = "name removed", f"{old.name} is not in {gone.path} any more"
    return Finding(kind, old.name, gone.path, gone.new.line if gone.new else old.line, path, lines, note)


def _meets(gone: Gone, path: str, use: Use | Import, b: Side) -> bool:
    """Tell whether a new use can mean what is gone, by the imports of its file."""
    facts = b.files[path].new or NOTHING
    language = gone.language
    if isinstance(use, Import):
        return gone.new is None and "." not in gone.old.name and language.leads_to(use.module, path, gone.path)
    if gone.new is not None and not _breaks(gone.old.signature, gone.new.signature, use):
        return False
    owner, _, last = gone.old.name.rpartition(".")
    if owner:
        known = (
            {one.name for one in facts.uses}
            | {one.name for one in facts.imports}
            | {one.name for one in facts.definitions}
        )
        own = use.owner in ("self", "this", owner) and path == gone.path
        named = (
            owner in known and last not in language.common and use.owner not in ("", "self", "this", "super", "Self")
        )
        return own or (named and (_imported(owner, path, gone, facts) or _shared(path, gone, facts)))
    if not use.owner:
        bare = _shared(path, gone, facts) and gone.old.kind != "import"
        return bare or _imported(use.name, path, gone, facts)
    return any(
        one.alias.rpartition("::")[2] == use.owner
        and language.leads_to(one.module if not one.name else _joined(language, one), path, gone.path)
        for one in facts.imports
    ) or (language is RUST and language.leads_to(use.owner, path, gone.path))


def _joined(language: Language, one: Import) -> str:
    if language is PYTHON:
        return f"{one.module}{one.name}" if one.module.endswith(".") else f"{one.module}.{one.name}"
    return f"{one.module}::{one.name}" if language is RUST else one.module


def _shared(path: str, gone: Gone, facts: Facts) -> bool:
    """Tell whether a file sees the names of the other without importing them."""
    if path == gone.path:
        return True
    if gone.language is not GO:
        return False
    return GO.scope(path, facts).rpartition(":")[0] == gone.path.rpartition("/")[0]


def _imported(name: str, path: str, gone: Gone, facts: Facts) -> bool:
    return any(
        (one.alias == name or one.name == "*") and gone.language.leads_to(one.module, path, gone.path) for one in facts.imports
    )  # fmt: skip


def _breaks(old: Signature | None, new: Signature | None, use: Use) -> bool:
    if old is None or new is None:
        return False
    if accepts(old, use) and not accepts(new, use):
        return True
    if use.count is None or len(old.types) != len(new.types):
        return False
    return any(one != other and one and other for one, other in zip(old.types, new.types, strict=True))


def _stands(gone: Gone, path: str, use: Use | Import, merged: Merged) -> bool:
    """Confirm on the merged files: the definition is really gone, the use is really there, nothing else gives the name."""
    here, there = merged(path), merged(gone.path) or NOTHING
    if here is None:
        return False
    now = [one for one in there.definitions if one.name == gone.old.name]
    if gone.new is None and now:
        return False
    if isinstance(use, Import):
        return any((one.module, one.name) == (use.module, use.name) for one in here.imports)
    same = [one for one in here.uses if (one.name, one.owner) == (use.name, use.owner)]
    if gone.new is not None:
        return bool(now) and any(_breaks(gone.old.signature, now[0].signature, one) for one in same)
    if use.owner or not same:
        return bool(same)
    elsewhere = [
        one for one in here.imports if one.alias == use.name and not gone.language.leads_to(one.module, path, gone.path)
    ]
    own = path == gone.path and use.name in here.bound
    return (
        not elsewhere and not own and not any(one.name == use.name for one in here.definitions if one.kind != "import")
    )
