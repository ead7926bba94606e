"""Run a stranger's command in bubblewrap: own home, own processes, no secrets, no network unless asked.

What is inside: the system's programs read-only, the toolchains of the user's home read-only, a private home that is kept
between runs, the repository writable but for its ``.git`` (a hook or a config value planted there would run later, outside).
What is not: the user's home, ``/run`` (the container engine's socket), other processes, the environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from phoenix_cli.kernel.errors import Unavailable
from phoenix_cli.kernel.records import record

#: Toolchains that commonly live in a home folder. Programs and libraries only: no credentials are below these.
TOOLCHAINS = (
    ".cargo/bin", ".rustup", ".pyenv", ".rbenv", ".nvm", ".volta/bin", ".volta/tools", ".asdf", ".sdkman/candidates",
    ".local/bin", ".local/share/uv", ".local/share/mise", ".local/pipx", ".local/share/pipx", ".deno/bin", ".bun/bin",
    ".dotnet", ".ghcup", ".juliaup", ".nix-profile", ".goenv", "go/bin", "sdk", ".fnm", ".local/share/fnm", ".jenv",
)  # fmt: skip
#: Names that may go from the user's environment into a sandbox.
KEPT_VARIABLES = ("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TERM", "TZ", "COLORTERM", "NO_COLOR", "RUSTUP_HOME",
                  "PYENV_ROOT", "JAVA_HOME", "GOROOT", "NVM_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR")  # fmt: skip
#: Readable to root only, which we may be.
_SYSTEM_SECRETS = ("/etc/shadow", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-", "/etc/sudoers")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/etc", "/nix/store")


@record
class Box:
    """What one sandboxed command may see. Paths are absolute; ``readable`` are extra read-only places."""

    writable: Path
    home: Path
    user_home: Path
    network: bool = False
    readable: tuple[Path, ...] = ()
    #: Covered with nothing although a place around them is visible: the state folder, above all.
    hidden: tuple[Path, ...] = ()


def wrap(box: Box, argv: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> list[str]:
    """Return the argument list that runs ``argv`` inside the box, to be started with exactly ``variables``.

    Raises ``Unavailable`` when bubblewrap is missing or not permitted here.
    """
    require()
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--hostname", "sandbox"]
    words += ["--share-net"] if box.network else []
    for system in _SYSTEM:
        words += _system_place(Path(system))
    for secret in _SYSTEM_SECRETS:
        words += ["--ro-bind", os.devnull, secret] if os.access(secret, os.R_OK) else []
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/var/tmp"]
    words += ["--ro-bind-try", "/run/systemd/resolve", "/run/systemd/resolve"] if box.network else []
    for tool in TOOLCHAINS:
        if (place := box.user_home / tool).exists():
            words += ["--ro-bind", str(place), str(place)]
    for place in (*_path_folders(environment, box.user_home), *box.readable):
        words += ["--ro-bind-try", str(place), str(place)]
    for place in box.hidden:
        words += ["--tmpfs", str(place)] if place.exists() and not place.is_relative_to(box.writable) else []
    words += ["--bind", str(box.home), str(box.home), "--bind", str(box.writable), str(box.writable)]
    words += _keep_git(box.writable)
    return [*words, "--chdir", str(cwd), "--", *argv]


def variables(box: Box, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment to start the wrapped command with; on its argument list every user could read it."""
    return {**environment, "HOME": str(box.home), "TMPDIR": "/tmp"}


def _system_place(place: Path) -> list[str]:
    if place.is_symlink():
        return ["--symlink", os.readlink(place), str(place)]  # /bin -> usr/bin
    return ["--ro-bind", str(place), str(place)] if place.exists() else []


def _path_folders(environment: Mapping[str, str], user_home: Path) -> list[Path]:
    """Return folders of PATH that are neither the system's nor the whole home."""
    folders = [Path(entry) for entry in environment.get("PATH", "").split(":") if entry.startswith("/")]
    return [
        folder
        for folder in folders
        if folder.is_dir() and not any(folder.is_relative_to(place) for place in _SYSTEM) and folder != user_home
    ]


def _keep_git(writable: Path) -> list[str]:
    git = writable / ".git"
    return ["--ro-bind", str(git), str(git)] if git.exists() and not git.is_symlink() else []


def environment(source: Mapping[str, str], user_home: Path) -> dict[str, str]:
    """Return the part of an environment that may go into a sandbox, and where the user's toolchains are."""
    roots = {"RUSTUP_HOME": user_home / ".rustup", "PYENV_ROOT": user_home / ".pyenv", "NVM_DIR": user_home / ".nvm"}
    found = {name: str(root) for name, root in roots.items() if root.is_dir()}
    return {**found, **{name: source[name] for name in KEPT_VARIABLES if name in source}}


def limits() -> str:
    """Return the keeper's limits for a sandboxed command: no core files, 16 GiB a file, 3/4 of the memory a process."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
    return f"CORE=0,FSIZE={16 << 30},DATA={memory}"


@cache
def broken() -> str:
    """Return "" when the sandbox works here, else why it does not."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    probe = [
        "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "true",
    ]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start: {error}"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["bubblewrap does not start"])[-1]


def require() -> None:
    """Raise ``Unavailable`` with the way out when the sandbox does not work here."""
    reason = broken()
    if reason:
        raise Unavailable(
            "the sandbox does not work here",
            code="sandbox.unavailable",
            cause=reason,
            hints=("apt install bubblewrap, then phoenix doctor", "or run it as yourself: --trust"),
        )
