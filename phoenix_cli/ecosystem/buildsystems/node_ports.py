"""The port of a JavaScript server: what its configuration, environment files or source say, read as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.node_frameworks import Framework
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import port_number

_EXTENSIONS = (".ts", ".js", ".mjs", ".mts", ".cjs", ".cts", ".json", ".jsonc", ".toml")
_ENVIRONMENTS = (
    ".env.development", ".env", ".env.local", ".env.example", ".env.sample", ".env.defaults", ".env.template", "example.env",
)  # fmt: skip
_LINE_COMMENT = re.compile(r"(?<![:\"'])//[^\n]*")
_HMR = re.compile(r"\b(?:hmr|preview|client)\s*:\s*\{[^{}]*\}")
_BLOCK = re.compile(r"[\"']?(?:server|devServer|serve|dev)[\"']?\s*[:=(]\s*\(?\{|\[(?:dev|server)\]")
_PORT = re.compile(r"[\"']?\bport[\"']?\s*[:=]\s*([^,\n}]{1,80})")
_VARIABLE = re.compile(r"\benv\w*(?:\.|\[[\"'])(\w+)|\b([A-Z][A-Z0-9_]*PORT)\b")
_NUMBER = re.compile(r"(?<![\w.])(\d{2,5})(?![\w.])")
_USUAL = ("src/main.ts", "src/index.ts", "src/server.ts", "server.js", "index.js", "app.js")
_SETTINGS = ("config", "config/index", "config/env", "env", "settings", "lib/env")
_SOURCE_READ = 65_536
_IN_SOURCE = (
    re.compile(r"\bPORT\s*,\s*(\d{2,5})\s*\]"),
    re.compile(r"\bPORT\b[\"')\]\s]*(?:,\s*10\s*\)\s*)?(?:\|\||\?\?)\s*[\"']?(\d{2,5})\b"),
    re.compile(r"\bPORT[\"']?\s*(?::\s*\w+\s*)?=\s*[^;\n]{0,60}?(?<![\w.])(\d{2,5})\b(?!\s*\))", re.IGNORECASE),
    re.compile(r"\.listen\(\s*(?:\{[^}]{0,80}?port\s*:\s*)?(\d{2,5})\b"),
    re.compile(r"\bport\s*:\s*[^,\n}]{0,60}?(?<![\w.])(\d{2,5})\b"),
)
_FILE = re.compile(r"([\w@./-]+\.(?:[cm]?[jt]sx?))(?![\w.])")
_RUNS_NODE = re.compile(
    r"\b(?:node|nodemon|tsx|ts-node|ts-node-dev|bun|deno|pm2|swc-node|esno|jiti|vite-node|babel-node)\b\s+(.+)$"
)


def configured(folder: Folder, framework: Framework) -> int | None:
    """Return the port that the framework's configuration in a folder sets as a literal."""
    for stem in framework.configs:
        name = folder.first(*(stem + end for end in _EXTENSIONS))
        if name is not None:
            return in_config(folder, name)
    return None


def in_config(folder: Folder, name: str) -> int | None:
    """Return the port that a bundler's or framework's configuration file sets as a literal."""
    return _in_config(folder, folder.head(name, _SOURCE_READ))


def in_environment(folder: Folder, variable: str = "PORT") -> int | None:
    """Return a variable's port from the nearest environment files, this folder's first."""
    line = re.compile(rf"^\s*(?:export\s+)?{re.escape(variable)}\s*=\s*[\"']?(\d{{2,5}})\b", re.MULTILINE)
    for level in folder.up():
        for name in _ENVIRONMENTS:
            found = line.search(level.text(name)) if name in level.names else None
            if found is not None:
                return port_number(found.group(1))
    return None


def in_source(folder: Folder, text: str, main: str = "") -> int | None:
    """Return the port that the file which a script starts listens on, when it stands there as a number."""
    for path in _entries(folder, text, main):
        source = _without_comments(folder.files.head(folder.join(path), _SOURCE_READ))
        for pattern in _IN_SOURCE:
            found = pattern.search(source)
            port = port_number(found.group(1)) if found else None
            if port is not None:
                return port
    return _in_settings(folder)


def _in_settings(folder: Folder) -> int | None:
    """Return the port that a program's own settings module gives PORT when the environment does not."""
    for path in (f"{dir}{stem}{end}" for dir in ("src/", "") for stem in _SETTINGS for end in (".ts", ".js", ".mjs")):
        if folder.has_file(path):
            source = _without_comments(folder.files.head(folder.join(path), _SOURCE_READ))
            found = next((one for pattern in _IN_SOURCE[:2] if (one := pattern.search(source))), None)
            if found is not None:
                return port_number(found.group(1))
    return None


def _in_config(folder: Folder, text: str) -> int | None:
    text = _HMR.sub("", _without_comments(text))
    block = _BLOCK.search(text)
    for found in (_PORT.search(text, block.end() if block else 0), _PORT.search(text)):
        if found is not None:
            return _of_expression(folder, found.group(1))
    return None


def _without_comments(text: str) -> str:
    first, *others = _LINE_COMMENT.sub("", text).split("/*")
    return first + "".join(part.partition("*/")[2] for part in others)


def _of_expression(folder: Folder, expression: str) -> int | None:
    """Read ``5173``, ``Number(env.VITE_PORT || 3000)``: the variable's value where a file has it, else the number."""
    variable = _VARIABLE.search(expression)
    if variable is not None:
        known = in_environment(folder, variable.group(1) or variable.group(2))
        if known is not None:
            return known
    number = _NUMBER.search(expression)
    return port_number(number.group(1)) if number else None


def _entries(folder: Folder, text: str, main: str) -> Iterator[str]:
    """Yield the files that a script may start; for a built file the source that it is built from."""
    run = _RUNS_NODE.search(text)
    words = [word for word in run.group(1).split() if word[0] not in "-|&;" and "=" not in word] if run else []
    named = _FILE.findall(run.group(1))[-1:] if run else []
    for path in (*(named or words[:1]), *([main] if main else []), *_USUAL):
        path = path.removeprefix("./").strip("\"'")
        found = next((one for one in (path, f"{path}.js", *_sources(path)) if folder.has_file(one)), None)
        if found is not None:
            yield found


def _sources(path: str) -> Iterator[str]:
    stem = re.sub(r"^(?:dist|build|lib|out|\.output)/", "", path)
    stem = re.sub(r"\.[cm]?js$", "", stem)
    above, _, last = stem.rpartition("/")
    if above:
        yield f"{above}/src/{last}.ts"  # dist/apps/api/main is built from apps/api/src/main.ts
    for end in (".ts", ".js", ".mts", ".tsx"):
        yield f"src/{stem.removeprefix('src/')}{end}"
        yield stem + end
