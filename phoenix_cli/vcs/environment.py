"""What git sees of the world: an environment of our own, in which nothing that a repository brings starts a program.

A repository's ``.git/config`` is a stranger's, also after an import: whatever ran inside may have written it. So every key
that names a program is overruled here, and ``GIT_ALLOW_PROTOCOL`` (which beats every ``protocol.*`` key, and which git hands
on to its children, unlike ``GIT_CONFIG_COUNT`` to a local ``upload-pack``) names what one command may reach.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from phoenix_cli.vcs.sources import Source

NOWHERE = os.devnull
Setting = tuple[str, str]

#: Overrule what a repository's own configuration may say. Order matters only where a key is a list.
HARDENING: tuple[Setting, ...] = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", NOWHERE),
    ("core.pager", "cat"),
    ("core.alternateRefsCommand", "true"),
    ("core.attributesFile", NOWHERE),
    ("diff.external", ""),
    ("safe.bareRepository", "explicit"),
    ("protocol.allow", "never"),
    ("credential.helper", ""),  # an empty value forgets all helpers named before
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),  # also one process less for each fetch
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("filter.lfs.clean", ""),
    ("filter.lfs.smudge", ""),
    ("filter.lfs.process", ""),
    ("filter.lfs.required", "false"),
    ("advice.detachedHead", "false"),
    ("init.defaultBranch", "main"),
    ("checkout.workers", "0"),  # one for each core; 250 MB: 0.22 s -> 0.12 s on two cores
)

_FIXED = {
    "LC_ALL": "C",
    "HOME": NOWHERE,  # libcurl reads ~/.netrc, git ~/.config/git
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": NOWHERE,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # set and empty: git asks no program, whatever core.askPass says
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_OPTIONAL_LOCKS": "0",  # looking never gets in the way of the user's own git
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_PROXY_COMMAND": "",  # set and empty: core.gitProxy is not asked
    "GIT_PAGER": "cat",
    "GIT_EDITOR": ":",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=3"
    " -oForwardAgent=no -oClearAllForwardings=yes -oPermitLocalCommand=no",
}
_PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True)
class Reach:
    """What one command may reach besides its own repository. The default is nothing at all.

    ``helpers`` lets git ask the user's own credential helpers; it is given only after a server has asked for a login.
    """

    protocols: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = field(default=(), repr=False)
    helpers: bool = False

    @property
    def web(self) -> bool:
        """Tell whether this goes over HTTP."""
        return "https" in self.protocols

    @property
    def agent(self) -> bool:
        """Tell whether the user's ssh agent is needed."""
        return "ssh" in self.protocols


_PROTOCOLS = {"https": ("https",), "http": ("http", "https"), "ssh": ("ssh",), "git": ("git",), "local": ("file",)}


def reach_of(source: Source, *, helpers: bool = False) -> Reach:
    """Return what fetching from a source needs, and nothing more: https may not be redirected to http or to a file."""
    return Reach(_PROTOCOLS[source.kind], tuple(_login(source)), helpers)


def _login(source: Source) -> Iterable[Setting]:
    """Hand a login that stood in the typed URL to git through its environment: arguments are everybody's to read."""
    if source.credential:
        words = base64.b64encode(source.credential.encode()).decode()
        yield f"http.{source.url}.extraHeader", f"Authorization: Basic {words}"


def build_environment(
    outer: Mapping[str, str], reach: Reach = Reach(), settings: Iterable[Setting] = ()
) -> dict[str, str]:
    """Return the environment for one git process. Nothing of ``outer`` gets in that is not named here."""
    inner = {**_FIXED, "PATH": absolute_path(outer), "GIT_ALLOW_PROTOCOL": ":".join(reach.protocols) or "none"}
    names = ["TMPDIR"]
    if reach.web:
        names += [*_PROXIES, *_CERTIFICATES]
    if reach.helpers:
        names += ["HOME", "XDG_CONFIG_HOME", "USER", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"]
    if reach.agent:
        names += ["SSH_AUTH_SOCK", "USER"]
    if not reach.protocols:
        inner["GIT_NO_LAZY_FETCH"] = "1"
    inner.update({name: outer[name] for name in names if outer.get(name)})
    inner.update(_numbered((*HARDENING, *reach.settings, *settings)))
    return inner


def _numbered(settings: Iterable[Setting]) -> dict[str, str]:
    numbered = {}
    count = 0
    for key, value in settings:
        numbered[f"GIT_CONFIG_KEY_{count}"] = key
        numbered[f"GIT_CONFIG_VALUE_{count}"] = value
        count += 1
    return {"GIT_CONFIG_COUNT": str(count), **numbered}


def absolute_path(outer: Mapping[str, str]) -> str:
    """Return PATH without relative entries: git changes into the work tree before it looks for programs."""
    entries = outer.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if os.path.isabs(entry)) or "/usr/bin:/bin"
