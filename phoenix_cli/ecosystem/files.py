"""The files of one repository, indexed by folder and name, each parsed at most once.

Build-system modules see a repository only through ``Folder`` and ``Files``. They cannot execute anything, and every parse
has a limit; a file that breaks its format or a limit becomes a ``Problem`` and reads as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from phoenix_cli.ecosystem.facts import Evidence, Problem
from phoenix_cli.ecosystem.trees import SKIPPED_FOLDERS, Tree
from phoenix_cli.kernel import documents
from phoenix_cli.kernel.documents import DocumentError

T = TypeVar("T")


class Files:
    """An index over a tree. ``folders`` maps a path to its ``Folder``; the root is always there."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: dict[str, Problem] = {}
        self.folders: dict[str, Folder] = {"": Folder(self, "")}
        self._texts: dict[str, str] = {}
        self._parsed: dict[tuple[str, str], Any] = {}
        self._memo: dict[Callable[[Files], Any], Any] = {}
        for path in tree.paths():
            self._add(path)

    def _add(self, path: str) -> None:
        dir, _, name = path.rpartition("/")
        folder = self.folders.get(dir) or self._add_folder(dir)
        if folder is not None:
            folder.names.add(name)

    def _add_folder(self, dir: str) -> Folder | None:
        above, _, name = dir.rpartition("/")
        if name in SKIPPED_FOLDERS:
            return None
        parent = self.folders.get(above) or self._add_folder(above)
        if parent is None:
            return None
        folder = self.folders[dir] = Folder(self, dir)
        parent.subfolders.add(name)
        return folder

    @property
    def root(self) -> Folder:
        """The repository's own folder."""
        return self.folders[""]

    def folder(self, dir: str) -> Folder:
        """Return a folder by its path; one that does not exist is empty."""
        return self.folders.get(dir.strip("/")) or Folder(self, dir.strip("/"))

    def named(self, *names: str) -> list[Folder]:
        """Return the folders that hold a file of one of these names, nearest to the root first."""
        found = [folder for folder in self.folders.values() if not folder.names.isdisjoint(names)]
        return sorted(found, key=lambda folder: (folder.depth, folder.path))

    def once(self, make: Callable[[Files], T]) -> T:
        """Return ``make(self)``, made at the first call: for facts about the whole repository, such as workspaces."""
        if make not in self._memo:
            self._memo[make] = make(self)
        result: T = self._memo[make]
        return result

    def text(self, path: str, limit: int = documents.MAX_BYTES) -> str:
        """Return a file's text, "" when it is absent or over ``limit`` bytes (which is noted as a problem)."""
        if path not in self._texts:
            self._texts[path] = self._read(path, limit)
        return self._texts[path]

    def _read(self, path: str, limit: int) -> str:
        dir, _, name = path.rpartition("/")
        if name not in self.folder(dir).names:
            return ""
        data = self.tree.read(path, limit)
        if data is None:
            return ""
        if len(data) > limit:
            self.note(path, f"larger than {limit:,} bytes, not read")
            return ""
        return data.decode("utf-8", "replace")

    def head(self, path: str, limit: int = 4_096) -> str:
        """Return the first bytes of a file of any size as text, for lock files and sources."""
        if path in self._texts:
            return self._texts[path][:limit]
        data = self.tree.read(path, limit)
        return (data or b"")[:limit].decode("utf-8", "replace")

    def parse(self, path: str, form: str, load: Callable[[str], Any]) -> Any:
        """Return a file's parsed value, None when it is absent, empty or broken (which is noted)."""
        key = (path, form)
        if key not in self._parsed:
            self._parsed[key] = self._parse(path, load)
        return self._parsed[key]

    def _parse(self, path: str, load: Callable[[str], Any]) -> Any:
        text = self.text(path)
        if not text.strip():
            return None
        try:
            return load(text)
        except DocumentError as error:
            self.note(path, str(error), error.line)
            return None

    def note(self, path: str, message: str, line: int | None = None) -> None:
        """Remember that a file could not be read as what it is."""
        self.problems.setdefault(path, Problem(path, message, line))


class Folder:
    """One folder: the names of the files and folders directly in it, and parsers for those files.

    The parsers return an empty dict (or None for XML) when a file is absent, broken or not of the expected shape, so
    that a module needs no error handling.
    """

    __slots__ = ("files", "names", "path", "subfolders")

    def __init__(self, files: Files, path: str) -> None:
        self.files = files
        self.path = path
        self.names: set[str] = set()
        self.subfolders: set[str] = set()

    @property
    def depth(self) -> int:
        """0 for the root, 1 for a folder in it, and so on."""
        return self.path.count("/") + 1 if self.path else 0

    @property
    def name(self) -> str:
        """The last part of the path, "" for the root."""
        return self.path.rpartition("/")[2]

    def join(self, name: str) -> str:
        """Return the repository path of something in this folder."""
        return f"{self.path}/{name}" if self.path else name

    def first(self, *names: str) -> str | None:
        """Return the first of these file names that is here: names in order of precedence."""
        return next((name for name in names if name in self.names), None)

    def has(self, *names: str) -> bool:
        """Tell whether one of these files is directly in this folder."""
        return not self.names.isdisjoint(names)

    def has_file(self, relative: str) -> bool:
        """Tell whether a file is at a relative path below, such as ``src/main.rs``."""
        dir, _, name = relative.rpartition("/")
        return name in (self.at(dir).names if dir else self.names)

    def at(self, relative: str) -> Folder:
        """Return the folder at a relative path; ``..`` may lead up, never out. One that does not exist is empty."""
        parts = self.path.split("/") if self.path else []
        for part in relative.replace("\\", "/").split("/"):
            if part == "..":
                if not parts:
                    return Folder(self.files, "\0outside")
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return self.files.folder("/".join(parts))

    @property
    def exists(self) -> bool:
        """Tell whether the repository has this folder."""
        return self.path in self.files.folders

    def up(self) -> Iterator[Folder]:
        """Yield this folder, the one above, and so on to the root."""
        path = self.path
        while True:
            yield self.files.folder(path)
            if not path:
                return
            path = path.rpartition("/")[0]

    def below(self, max_depth: int = 64) -> Iterator[Folder]:
        """Yield this folder and every folder below it, down to ``max_depth`` levels."""
        pending = [(self, 0)]
        while pending:
            folder, depth = pending.pop()
            yield folder
            if depth < max_depth:
                pending.extend((folder.at(name), depth + 1) for name in sorted(folder.subfolders, reverse=True))

    def text(self, name: str) -> str:
        """Return a file's text, "" when absent."""
        return self.files.text(self.join(name))

    def head(self, name: str, limit: int = 4_096) -> str:
        """Return a file's first bytes as text, "" when absent."""
        return self.files.head(self.join(name), limit) if name in self.names else ""

    def json(self, name: str) -> dict[str, Any]:
        """Parse a JSON object, comments allowed."""
        return _mapping(self.files.parse(self.join(name), "json", documents.load_jsonc))

    def toml(self, name: str) -> dict[str, Any]:
        """Parse TOML."""
        return _mapping(self.files.parse(self.join(name), "toml", documents.load_toml))

    def yaml(self, name: str) -> dict[str, Any]:
        """Parse a YAML mapping."""
        return _mapping(self.files.parse(self.join(name), "yaml", documents.load_yaml))

    def yaml_any(self, name: str) -> Any:
        """Parse YAML whose top is not a mapping (an Ansible playbook)."""
        return self.files.parse(self.join(name), "yaml", documents.load_yaml)

    def xml(self, name: str) -> Any:
        """Parse XML into an ElementTree element, None when absent or broken."""
        return self.files.parse(self.join(name), "xml", documents.load_xml)

    def evidence(self, name: str, rule: str, needle: str = "", line: int | None = None) -> Evidence:
        """Point at a file here; ``needle`` is text whose first line is looked up."""
        if needle and line is None:
            line = line_of(self.text(name), needle)
        return Evidence(self.join(name), line, rule)


def line_of(text: str, needle: str, start: int = 0) -> int | None:
    """Return the 1-based line on which ``needle`` first stands, None when it does not."""
    at = text.find(needle, start)
    return text.count("\n", 0, at) + 1 if at >= 0 else None


def _mapping(value: Any) -> dict[str, Any]:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


__all__ = ["Files", "Folder", "line_of"]
