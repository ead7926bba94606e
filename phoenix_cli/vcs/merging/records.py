"""Read what ``git merge-tree --write-tree --stdin -z --messages`` prints. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from phoenix_cli.kernel.errors import Failed

_STAGE = re.compile(rb"([0-7]{6}) ([0-9a-f]{40,64}) ([123])\t(.*)", re.DOTALL)
#: git's own short words for what is the matter -> ours.
_KINDS = (
    ("CONFLICT (contents)", "content"), ("CONFLICT (binary)", "binary"), ("CONFLICT (modify/delete)", "modify/delete"),
    ("CONFLICT (rename/delete)", "rename/delete"), ("CONFLICT (rename/rename)", "rename/rename"),
    ("CONFLICT (rename involved in collision)", "rename/rename"), ("CONFLICT (file/directory)", "file/directory"),
    ("CONFLICT (distinct modes)", "mode"), ("CONFLICT (distinct types)", "mode"),
    ("CONFLICT (directory rename", "directory rename"), ("CONFLICT (submodule", "submodule"), ("CONFLICT", "other"),
)  # fmt: skip
_GITLINK, _LINK = "160000", "120000"


@dataclass(frozen=True, slots=True)
class Stage:
    """One side of a path in conflict: its mode and object id."""

    mode: str
    oid: str


@dataclass(frozen=True, slots=True)
class Clash:
    """One path in conflict. ``kind``: content, add/add, binary, mode, modify/delete, rename/delete, rename/rename,
    file/directory, directory rename, submodule, other. A side is None where it has no such path."""

    path: str
    kind: str
    base: Stage | None
    ours: Stage | None
    theirs: Stage | None
    said: str = ""

    @property
    def has_hunks(self) -> bool:
        """Tell whether the merged file shows both sides between markers."""
        stages = (self.ours, self.theirs)
        return self.kind in ("content", "add/add") and all(one and one.mode[:3] == "100" for one in stages)


@dataclass(frozen=True, slots=True)
class Record:
    """One merge: the tree it comes to (with markers where it conflicts), and every path in conflict."""

    tree: str
    clean: bool
    clashes: tuple[Clash, ...] = ()


def read_records(out: bytes) -> list[Record]:
    """Read all records of one run; raise ``Failed`` when the text is not whole."""
    fields = out.split(b"\0")
    records = []
    at = 0
    while at < len(fields) and fields[at].strip():
        record, at = _record(fields, at)
        records.append(record)
    return records


def _record(fields: list[bytes], at: int) -> tuple[Record, int]:
    try:
        clean, tree = int(fields[at]) == 1, fields[at + 1].decode("ascii")
        at += 2
        stages: dict[bytes, dict[str, Stage]] = {}
        while match := _STAGE.fullmatch(fields[at]):
            stages.setdefault(match[4], {})[match[3].decode()] = Stage(match[1].decode(), match[2].decode())
            at += 1
        messages, at = _messages(fields, at + 1)
    except (IndexError, ValueError):
        raise Failed("git merge-tree ended in the middle of its answer", code="merge.broken") from None
    return Record(tree, clean, () if clean else tuple(_clashes(stages, messages))), at


Message = tuple[list[bytes], str, str]


def _messages(fields: list[bytes], at: int) -> tuple[list[Message], int]:
    found: list[Message] = []
    while fields[at].isdigit():  # the field that ends them is empty, or advice on submodules that nothing turns off
        count = int(fields[at])
        paths = fields[at + 1 : at + 1 + count]
        kind, said = fields[at + 1 + count], fields[at + 2 + count]
        found.append((paths, kind.decode("utf-8", "replace"), said.decode("utf-8", "replace").strip()))
        at += 3 + count
    return found, at + 1


def _clashes(stages: dict[bytes, dict[str, Stage]], messages: Sequence[Message]) -> Iterator[Clash]:
    """Name each path that has stages, and each that only a message speaks of."""
    told = list(_told(messages))
    for path, sides in stages.items():
        kind, said = next(((kind, said) for paths, kind, said in told if path in paths), ("", ""))
        base, ours, theirs = (sides.get(number) for number in "123")
        yield Clash(
            _text(path), _refined(kind or _guess(base, ours, theirs), base, ours, theirs), base, ours, theirs, said
        )
    for paths, kind, said in told:
        if not any(path in stages for path in paths):
            yield Clash(_text(paths[0]) if paths else "", kind, None, None, None, said)


def _told(messages: Sequence[Message]) -> Iterator[tuple[list[bytes], str, str]]:
    for paths, short, said in messages:
        kind = next((ours for theirs, ours in _KINDS if short.startswith(theirs)), "")
        if kind:
            yield paths, kind, said


def _guess(base: Stage | None, ours: Stage | None, theirs: Stage | None) -> str:
    if ours is None or theirs is None:
        return "modify/delete" if base else "rename/rename"
    return "content"


def _refined(kind: str, base: Stage | None, ours: Stage | None, theirs: Stage | None) -> str:
    modes = {one.mode for one in (ours, theirs) if one}
    if kind == "content" and _GITLINK in modes:
        return "submodule"
    if kind == "content" and _LINK in modes:
        return "mode" if len(modes) > 1 else "content"
    return "add/add" if kind == "content" and base is None and ours and theirs else kind


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
