"""What of the user's own git configuration git gets for the network: proxies, certificates, credential helpers.

Read from the user's global file only, never from a repository. Helpers are used when a server asks for a login, not before.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from phoenix_cli.vcs.environment import Setting, build_environment

_WEB = re.compile(
    r"http\.(?:.+\.)?(?:proxy|proxyauthmethod|sslcainfo|sslcapath|sslbackend|sslcert|sslkey|version|postbuffer)",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(r"credential\.(?:.+\.)?(?:helper|username|usehttppath)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UserSettings:
    """Settings to hand on: ``web`` for every command over HTTP, ``credentials`` for one that asked for a login."""

    web: tuple[Setting, ...] = ()
    credentials: tuple[Setting, ...] = field(default=(), repr=False)


def read(program: str, environ: Mapping[str, str]) -> UserSettings:
    """Read them by one quick git command in the user's own home; none when there is no such file."""
    environment = build_environment(environ)
    del environment["GIT_CONFIG_GLOBAL"]
    environment.update({name: environ[name] for name in ("HOME", "XDG_CONFIG_HOME") if environ.get(name)})
    words = [program, "config", "--global", "--includes", "--null", "--list"]
    done = subprocess.run(words, env=environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return choose(_pairs(done.stdout)) if done.returncode == 0 else UserSettings()


def choose(settings: Iterator[Setting]) -> UserSettings:
    """Keep what the network needs."""
    kept = list(settings)
    return UserSettings(
        tuple(one for one in kept if _WEB.fullmatch(one[0])),
        tuple(one for one in kept if _CREDENTIAL.fullmatch(one[0])),
    )


def _pairs(listed: bytes) -> Iterator[Setting]:
    for entry in listed.decode("utf-8", "replace").split("\0"):
        key, newline, value = entry.partition("\n")
        if newline:
            yield key, value
