"""What the environment may set, read once at the top and handed down as a value."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_cli.kernel.records import record

#: name -> what it does; ``phoenix help environment`` prints this table.
VARIABLES = {
    "PHOENIX_HOME": "the state folder (else the platform's user data folder)",
    "PHOENIX_GITHUB_URL": "where owner/repo is looked for (https://github.com)",
    "PHOENIX_ASCII": "1 draws signs in ASCII",
    "NO_COLOR": "set and not empty: no colour",
    "FORCE_COLOR": "set and not empty: colour also into a pipe",
}


@record
class Settings:
    """The settings that domains use."""

    github_url: str = "https://github.com"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings."""
        return cls(github_url=environ.get("PHOENIX_GITHUB_URL", "").rstrip("/") or "https://github.com")
