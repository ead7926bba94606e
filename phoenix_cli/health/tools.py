"""Find tools and their versions, all at once, each within a time limit."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 5.0
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


@dataclass(frozen=True, slots=True)
class Tool:
    """One program that Phoenix or a repository may need. ``costs`` says what does not work without it."""

    name: str
    ask: tuple[str, ...]
    costs: str
    hint: str
    needed: bool = False


TOOLS: tuple[Tool, ...] = (
    Tool("git", ("--version",), "nothing can be imported", "apt install git", needed=True),
    Tool("bwrap", ("--version",), "untrusted repositories cannot be run", "apt install bubblewrap"),
    Tool("make", ("--version",), "make commands", "apt install make"),
    Tool("cc", ("--version",), "C, and packages that compile", "apt install build-essential"),
    Tool("cmake", ("--version",), "CMake projects", "apt install cmake"),
    Tool("meson", ("--version",), "Meson projects", "apt install meson"),
    Tool("python3", ("--version",), "Python projects", "apt install python3 python3-venv"),
    Tool("uv", ("--version",), "Python projects under uv", "pipx install uv"),
    Tool("poetry", ("--version",), "Python projects under Poetry", "pipx install poetry"),
    Tool("node", ("--version",), "JavaScript projects", "apt install nodejs"),
    Tool("npm", ("--version",), "npm projects", "apt install npm"),
    Tool("pnpm", ("--version",), "pnpm projects", "npm install -g pnpm"),
    Tool("yarn", ("--version",), "Yarn projects", "npm install -g yarn"),
    Tool("bun", ("--version",), "Bun projects", "see bun.sh"),
    Tool("deno", ("--version",), "Deno projects", "see deno.com"),
    Tool("cargo", ("--version",), "Rust projects", "see rustup.rs"),
    Tool("go", ("version",), "Go projects", "apt install golang"),
    Tool("java", ("-version",), "Java, Kotlin and Scala projects", "apt install default-jdk"),
    Tool("mvn", ("-v",), "Maven projects without a wrapper", "apt install maven"),
    Tool("gradle", ("--version",), "Gradle projects without a wrapper", "apt install gradle"),
    Tool("dotnet", ("--version",), ".NET projects", "see dot.net"),
    Tool("ruby", ("--version",), "Ruby projects", "apt install ruby-bundler"),
    Tool("php", ("--version",), "PHP projects", "apt install php-cli composer"),
    Tool("just", ("--version",), "just recipes", "apt install just"),
    Tool("docker", ("--version",), "containers and compose services", "apt install docker.io"),
)


def versions(environ: Mapping[str, str]) -> dict[str, str | None]:
    """Return each tool's version, "" when it is there but does not say, None when it is absent."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        return dict(
            zip((tool.name for tool in TOOLS), pool.map(lambda tool: _version(tool, environ), TOOLS), strict=True)
        )


def _version(tool: Tool, environ: Mapping[str, str]) -> str | None:
    path = shutil.which(tool.name, path=environ.get("PATH"))
    if path is None:
        return None
    try:
        # Run at the root: rustup, corepack and the like obey files of the folder that they are called in.
        done = subprocess.run(
            [path, *tool.ask], capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S, check=False,
            stdin=subprocess.DEVNULL, cwd=Path("/"), env={**environ, "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search(done.stdout + done.stderr) if done.returncode == 0 else None
    return found.group() if found else ""
