"""Where Phoenix keeps things: one home folder, or what ``PHOENIX_HOME`` names."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from phoenix_cli.kernel.records import record


@record
class Home:
    """The state folder and the places in it. Making a ``Home`` touches nothing on disk."""

    root: Path

    @property
    def database(self) -> Path:
        """The one SQLite file."""
        return self.root / "phoenix.db"

    @property
    def repos(self) -> Path:
        """Imported repositories, ``host/owner/name``."""
        return self.root / "repos"

    @property
    def logs(self) -> Path:
        """Output of runs and services, and reports of bugs."""
        return self.root / "logs"

    @property
    def cache(self) -> Path:
        """What can be made again: bare clones, private homes of sandboxed commands."""
        return self.root / "cache"

    @property
    def flows(self) -> Path:
        """One folder for each run of a flow: output of its steps, the socket of its host process."""
        return self.root / "flows"

    @property
    def locks(self) -> Path:
        """Lock files; the kernel lets go of a lock when its holder dies."""
        return self.root / "locks"


def default_home(environ: Mapping[str, str], user_home: Path, platform: str = sys.platform) -> Path:
    """Return ``PHOENIX_HOME``, else the platform's user data folder.

    XDG Base Directory Specification on Linux, Apple's and Microsoft's own folders elsewhere.
    """
    if named := environ.get("PHOENIX_HOME"):
        return Path(named).expanduser().absolute()
    if platform == "darwin":
        return user_home / "Library" / "Application Support" / "phoenix"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or user_home / "AppData" / "Local") / "phoenix"
    data = environ.get("XDG_DATA_HOME", "")
    return (Path(data) if data.startswith("/") else user_home / ".local" / "share") / "phoenix"
