"""The built-in flows by name. Each is written anew when it is run; until then nothing of what it needs is imported."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from phoenix_cli.engine.running.sources import Builtin, Builtins, Source

if TYPE_CHECKING:
    from phoenix_cli.ecosystem.flows.facts import Ground

_REPO = {"repo": "the repository: its name or id"}
_TRUST = {
    "trust": "sandbox: its commands run in the sandbox; as-is: as its trust says (default)",
    "net": "yes: sandboxed commands get the network (default no)",
}
#: name -> (module with ``write``, help, the inputs that it takes)
FLOWS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "review-all": (
        "review",
        "Lint, types, format, tests, complexity, secrets and licences of a repository, side by side.",
        {**_REPO, **_TRUST},
    ),
    "security-review": (
        "security",
        "Secrets now and in the history, pins, dangerous CI, surprising files, licences, and the scanners that are here.",
        {
            **_REPO,
            "network": "yes: also scanners that ask a service about known flaws (default no)",
            "fail-on": "high (default), medium, low or never: how bad a finding fails the run",
        },
    ),
    "build-and-test-everything": (
        "everything",
        "Install, build and test all imported repositories, each after those whose packages it needs.",
        {"only": "names of repositories, separated by commas (default: all)", **_TRUST},
    ),
}


def builtin_flows(ground: Callable[[], Ground]) -> Builtins:
    """Return each built-in flow by its name; ``ground`` is asked only when one is written."""
    return {
        name: Builtin(name, help, asks, partial(_write, name, module, ground))
        for name, (module, help, asks) in FLOWS.items()
    }


def _write(name: str, module: str, ground: Callable[[], Ground], asked: Mapping[str, str]) -> Source:
    write: Callable[[Ground, Mapping[str, str]], Source]
    write = importlib.import_module(f"phoenix_cli.ecosystem.flows.{module}").write
    return write(ground(), asked)
