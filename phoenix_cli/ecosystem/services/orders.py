"""What the command line hands to a supervisor: one JSON document through a pipe, never in arguments or on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from phoenix_cli.ecosystem.services.model import LaunchSpec, Policy, Readiness
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.processes import Identity


@dataclass(frozen=True, slots=True)
class Orders:
    """One start, or one adoption (``adopted`` are then the processes that live), of one service.

    ``ready``: the adopted service was ready already. ``stop``: it was being stopped when its supervisor died.
    """

    home: Home
    service_id: str
    repo_id: str
    name: str
    tag: str
    mark: str
    port: int | None
    launch: LaunchSpec
    adopted: tuple[Identity, ...] = ()
    main: Identity | None = None
    ready: bool = False
    stop: bool = False

    def pack(self) -> bytes:
        """Write them as JSON."""
        return json.dumps({
            **{name: getattr(self, name) for name in _PLAIN},
            "home": str(self.home.root),
            "launch": {**launch_columns(self.launch), "environment": dict(self.launch.environment)},
            "adopted": [asdict(one) for one in self.adopted],
            "main": asdict(self.main) if self.main else None,
        }).encode()  # fmt: skip

    @classmethod
    def unpack(cls, data: bytes) -> Orders:
        """Read what ``pack`` wrote."""
        found = json.loads(data)
        return cls(
            **{name: found[name] for name in _PLAIN},
            home=Home(Path(found["home"])),
            launch=launch_from(found["launch"], found["launch"]["environment"]),
            adopted=tuple(Identity(**one) for one in found["adopted"]),
            main=Identity(**found["main"]) if found["main"] else None,
        )


_PLAIN = ("service_id", "repo_id", "name", "tag", "mark", "port", "ready", "stop")


def launch_columns(launch: LaunchSpec) -> dict[str, Any]:
    """Return a launch as JSON, without its environment."""
    return {
        "argv": list(launch.argv), "cwd": str(launch.cwd), "limits": launch.limits, "level": launch.level,
        "reachable": launch.reachable, "readiness": asdict(launch.readiness), "policy": asdict(launch.policy),
    }  # fmt: skip


def launch_from(found: Mapping[str, Any], environment: Mapping[str, str]) -> LaunchSpec:
    """Read what ``launch_columns`` wrote."""
    return LaunchSpec(
        argv=tuple(found["argv"]), cwd=Path(found["cwd"]), environment=environment, limits=found["limits"],
        level=found["level"], reachable=found["reachable"], readiness=Readiness(**found["readiness"]),
        policy=Policy(**found["policy"]),
    )  # fmt: skip


def without_restart(launch: LaunchSpec) -> LaunchSpec:
    """Return a launch that is watched to its end but never started again."""
    return replace(launch, policy=replace(launch.policy, restart="never"))


def read_all(handle: int) -> bytes:
    """Read a pipe to its end and close it."""
    with os.fdopen(handle, "rb") as pipe:
        return pipe.read()
