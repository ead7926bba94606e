"""A three-way merge of workstream files by what they mean: keys by name, items by ``id``, lists of words as sets.

What they changed is worked out as edits and carried out on our text, so our layout and comments stay; when a merge by lines
comes to the same values, it is taken instead, because it keeps both sides' comments. No side ever wins over the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_cli.kernel.errors import Conflict, Failed, NotFound
from phoenix_cli.workstreams.files.edits import Append, Edit, Set, Unset, edited, shown
from phoenix_cli.workstreams.files.line_merge import marked, merged_lines
from phoenix_cli.workstreams.files.spans import Path, plain_tree
from phoenix_cli.workstreams.files.yaml_tree import Unreadable, tree

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text; with ``conflicts`` (paths, or a sentence) it holds markers and is no YAML."""

    text: str
    conflicts: tuple[str, ...] = ()


class _Clash(Exception):
    def __init__(self, path: Path) -> None:
        super().__init__(shown(path))


def merge(base: str, ours: str, theirs: str, names: tuple[str, str] = ("ours", "theirs")) -> Merged:
    """Return the text that holds what both sides changed since ``base``."""
    if ours == theirs or base == theirs:
        return Merged(ours)
    if base == ours:
        return Merged(theirs)
    try:
        trees = [plain_tree(tree(text.removeprefix("\ufeff"))) for text in (base, ours, theirs)]
    except Unreadable as error:
        return _by_lines(base, ours, theirs, names, f"one side cannot be read: {error}")
    text, clashes = ours, []
    for edit in changes(trees[0], trees[2]):
        try:
            text = _applied(text, edit, trees[0])
        except _Clash as clash:
            clashes.append(str(clash))
        except (Failed, NotFound, Conflict):
            clashes.append(shown(edit.path))
    if clashes:
        return _by_lines(base, ours, theirs, names, *clashes)
    return Merged(_with_comments(base, ours, theirs, text))


def _with_comments(base: str, ours: str, theirs: str, text: str) -> str:
    lines, conflicts = merged_lines(base, ours, theirs)
    try:
        same = not conflicts and plain_tree(tree(lines.removeprefix("\ufeff"))) == _tree(text)
    except Unreadable:
        same = False
    return lines if same else text


def _tree(text: str) -> Any:
    return plain_tree(tree(text.removeprefix("\ufeff")))


def _by_lines(base: str, ours: str, theirs: str, names: tuple[str, str], *clashes: str) -> Merged:
    """Return a text with markers; where lines alone see no conflict, both whole texts stand between them."""
    text, conflicts = merged_lines(base, ours, theirs, names)
    if not conflicts:
        text = "".join(marked(ours.splitlines(keepends=True), theirs.splitlines(keepends=True), names))
    return Merged(text, clashes)


def changes(old: Any, new: Any, path: Path = ()) -> Iterator[Edit]:
    """Yield the edits that lead from one tree to another, as small as can be."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from (Unset((*path, key)) for key in old if key not in new)
        for key, value in new.items():
            if key not in old:
                yield Set((*path, key), value)
            elif value != old[key]:
                yield from changes(old[key], value, (*path, key))
        return
    before, after = _named(old), _named(new)
    if before is None or after is None or not path:
        yield Set(path, new)
        return
    yield from (Unset((*path, name)) for name in before if name not in after)
    for name, value in after.items():
        if name not in before:
            yield Append(path, value)
        elif value != before[name]:
            yield from changes(before[name], value, (*path, name))


def _named(value: Any) -> Mapping[str, Any] | None:
    """Return the items of a list by id or text; None for what has none, or two with one name."""
    if not isinstance(value, list):
        return None
    names: list[Any] = [one.get("id") if isinstance(one, dict) else one for one in value]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return None
    return dict(zip(names, value, strict=True))


def at(value: Any, path: Path) -> Any:
    """Return what stands at a path in a tree, ``MISSING`` for nothing."""
    for step in path:
        inside = _named(value) if isinstance(value, list) else value
        if not isinstance(inside, Mapping) or step not in inside:
            return MISSING
        value = inside[str(step)]
    return value


def _applied(text: str, edit: Edit, base: Any) -> str:
    """Return our text with one edit of theirs; raise ``_Clash`` where we changed the same to something else."""
    ours = _tree(text)
    if isinstance(edit, Append):
        name = edit.value.get("id") if isinstance(edit.value, Mapping) else edit.value
        there = at(ours, (*edit.path, str(name)))
        if there == edit.value:
            return text
        if there is not MISSING or not isinstance(at(ours, edit.path), list):
            raise _Clash((*edit.path, str(name)))
        return edited(text, edit)
    there, before = at(ours, edit.path), at(base, edit.path)
    wanted = edit.value if isinstance(edit, Set) else MISSING
    if there is wanted or there == wanted:
        return text
    if not (there is before or there == before):
        if isinstance(wanted, Mapping) and isinstance(there, Mapping) and before is MISSING:
            return _both_added(text, edit.path, there, wanted, base)
        raise _Clash(edit.path)
    return edited(text, edit)


def _both_added(text: str, path: Path, ours: Any, theirs: Any, base: Any) -> str:
    """Return our text when both sides added one mapping: keys that only they have come in too."""
    for key, value in theirs.items():
        if ours.get(key, MISSING) not in (MISSING, value):
            raise _Clash((*path, key))
        text = _applied(text, Set((*path, key), value), base)
    return text
