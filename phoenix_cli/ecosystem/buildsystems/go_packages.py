"""Where a repository's Go code lies: modules, their packages, their main packages, and what serves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from phoenix_cli.ecosystem.buildsystems.source_ports import port_in_source
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Files, Folder

MAX_MAINS = 60
MAX_SERVER_FILES = 40
MAX_BYTES = 64_000

_MAIN_PACKAGE = re.compile(r"^package main\b", re.MULTILINE)
_MAIN_FUNCTION = re.compile(r"^func main\(\)", re.MULTILINE)
_IGNORED = re.compile(r"^//\s*(?:go:build|\+build) ignore\b", re.MULTILINE)
_ON_DEFAULT = re.compile(r"\.ListenAndServe\([^,\n]*,\s*nil\s*\)")
_SERVES = re.compile(
    r"\.ListenAndServe|http\.Server\{|http\.Serve\(|\bgin\.(?:Default|New)\(|\becho\.New\(|\bfiber\.New\(|\bgrpc\.NewServer\(|\bweb\.Run\("
)
#: Folders of a module where servers and their settings live.
_SERVER_FOLDERS = frozenset({
    "server", "servers", "serve", "http", "httpd", "httpserver", "web", "webserver", "api", "app", "router", "routes", "config",
    "conf", "cmd", "cli", "handler", "handlers", "gateway", "rest",
})  # fmt: skip
_SKIPPED = re.compile(r"(?:^|/)(?:testdata|vendor|[_.][^/]*)(?:/|$)")
#: Folders of helper programs that the maintainers run beside the product.
_ASIDE = re.compile(
    r"(?:^|/)(?:tools?|hack|scripts?|build|ci|dev|examples?|samples?|demos?|tests?|e2e|bench\w*|gen\w*|internal|docs?"
    r"|contrib|fuzz|third_party|mocks?)(?=/|$)"
    r"|(?:^|/)[\w-]*(?:gen|generate|generator|release|lint|bench|test|example|mock|migrate|migration|migrations)[\w-]*$"
)


@dataclass(slots=True)
class Module:
    """The folders with Go files of one module, and whether it has tests."""

    packages: list[Folder] = field(default_factory=list)
    tested: bool = False


@dataclass(frozen=True, slots=True)
class Main:
    """A main package: its folder relative to the module, and the file that holds ``func main``."""

    folder: Folder
    relative: str
    file: str

    @property
    def aside(self) -> bool:
        """Tell whether it is a helper of the maintainers by its name or place."""
        return _ASIDE.search(self.relative) is not None


def go_modules(files: Files) -> dict[str, Module]:
    """Return module folder -> its packages; call it as ``files.once(go_modules)``."""
    owners: dict[str, str] = {}
    modules: dict[str, Module] = {}
    for folder in sorted(files.folders.values(), key=lambda one: one.depth):
        above = owners.get(folder.path.rpartition("/")[0]) if folder.path else None
        owner = folder.path if "go.mod" in folder.names else above
        if owner is None or _SKIPPED.search(folder.path):
            continue
        owners[folder.path] = owner
        _add(modules.setdefault(owner, Module()), folder)
    return modules


def _add(module: Module, folder: Folder) -> None:
    sources = [name for name in folder.names if name.endswith(".go")]
    if any(not name.endswith("_test.go") for name in sources):
        module.packages.append(folder)
    module.tested = module.tested or any(name.endswith("_test.go") for name in sources)


def main_packages(top: Folder) -> list[Main]:
    """Return the main packages of the module in ``top``, nearest first."""
    module = top.files.once(go_modules).get(top.path, Module())
    candidates = [folder for folder in module.packages if folder.path == top.path or _may_be_main(folder)]
    found = (_main(top, folder) for folder in candidates[: MAX_MAINS * 2])
    return [main for main in found if main is not None][:MAX_MAINS]


def _may_be_main(folder: Folder) -> bool:
    parent = folder.path.rpartition("/")[0].rpartition("/")[2]
    return parent in ("cmd", "cmds", "bin", "services", "apps") or folder.has("main.go", f"{folder.name}.go")


def _main(top: Folder, folder: Folder) -> Main | None:
    names = sorted(_sources(folder), key=lambda name: (name not in ("main.go", f"{folder.name}.go"), name))
    for name in names[:12]:
        head = folder.head(name)
        if _IGNORED.search(head):
            continue
        if not _MAIN_PACKAGE.search(head) and re.search(r"^package \w+", head, re.MULTILINE):
            return None
        if _MAIN_FUNCTION.search(folder.head(name, MAX_BYTES)):
            return Main(folder, folder.path[len(top.path) :].strip("/"), name)
    return None


def _sources(folder: Folder) -> list[str]:
    return [name for name in folder.names if name.endswith(".go") and not name.endswith("_test.go")]


@dataclass(frozen=True, slots=True)
class Serving:
    """That a program serves, where one sees it, and on which port."""

    source: Evidence
    port: int | None
    port_source: Evidence | None


def serving(top: Folder, main: Main) -> Serving | None:
    """Tell whether a main package serves, by its own files first, then by the module's server packages."""
    own = [(main.folder, name) for name in sorted(_sources(main.folder))]
    seen: Evidence | None = None
    port: Evidence | None = None
    number: int | None = None
    for folder, name in [*own, *_server_files(top)][:MAX_SERVER_FILES]:
        text = folder.head(name, MAX_BYTES)
        found = _SERVES.search(text)
        if found and seen is None and not _only_profiles(text):
            seen = folder.evidence(name, "go.serves", line=text.count("\n", 0, found.start()) + 1)
        literal = port_in_source(text) or _gin_default(text) if number is None else None
        if literal:
            number, port = literal[0], folder.evidence(name, "go.port", line=literal[1])
    return Serving(seen, number, port) if seen else None


def _only_profiles(text: str) -> bool:
    """Tell whether all that a file serves is Go's profiler, which is on the default handler."""
    return "net/http/pprof" in text and len(_SERVES.findall(text)) == 1 and _ON_DEFAULT.search(text) is not None


def _gin_default(text: str) -> tuple[int, int] | None:
    """Return the port that gin takes when ``Run`` is given none, and where it is called so."""
    found = re.search(r"\.Run\(\)", text) if "gin-gonic/gin" in text else None
    return (8080, text.count("\n", 0, found.start()) + 1) if found else None


def serves_itself(main: Main) -> bool:
    """Tell whether the file with ``func main`` starts a server."""
    return _SERVES.search(main.folder.head(main.file, MAX_BYTES)) is not None


def _server_files(top: Folder) -> Iterator[tuple[Folder, str]]:
    module = top.files.once(go_modules).get(top.path, Module())
    for folder in sorted(
        module.packages, key=lambda one: one.name not in ("config", "conf")
    ):  # where defaults are written
        if folder.name in _SERVER_FOLDERS and not _ASIDE.search(
            folder.path.removeprefix("internal/").replace("/internal/", "/")
        ):
            yield from ((folder, name) for name in sorted(_sources(folder)))
