"""The documented JSON of a detection, and the way back: what is stored is what scripts see."""

from __future__ import annotations

from typing import Any

from phoenix_cli.ecosystem.facts import Command, Component, Detection, Evidence, Service


def detection_to_json(detection: Detection) -> dict[str, Any]:
    """Return the stable shape of docs/detection.md."""
    return {
        "path": detection.path,
        "commit": detection.commit,
        "components": [_component(one) for one in detection.components],
        "primary": dict(detection.primary),
        "package_managers": [
            {
                "language": one.language,
                "name": one.name,
                "dir": one.dir,
                "reason": one.reason,
                "source": _evidence(one.source),
            }
            for one in detection.package_managers
        ],
        "versions": [
            {"tool": one.tool, "version": one.version, "source": _evidence(one.source)} for one in detection.versions
        ],
        "services": [_service(one) for one in detection.services],
        "conflicts": [
            {"dir": one.dir, "message": one.message, "sources": [_evidence(source) for source in one.sources]}
            for one in detection.conflicts
        ],
        "problems": [{"file": one.file, "message": one.message, "line": one.line} for one in detection.problems],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {"file": evidence.file, "line": evidence.line, "rule": evidence.rule}


def _component(one: Component) -> dict[str, Any]:
    return {
        "dir": one.dir or ".",
        "system": one.system,
        "language": one.language,
        "name": one.name,
        "place": one.place,
        "confidence": one.confidence,
        "evidence": [_evidence(each) for each in one.evidence],
        "rejected": [
            {"system": each.system, "reason": each.reason, "source": _evidence(each.source) if each.source else None}
            for each in one.rejected
        ],
        "commands": [_command(each) for each in one.commands],
    }


def _command(one: Command) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role,
        "argv": list(one.argv),
        "dir": one.dir or ".",
        "locked": list(one.locked) if one.locked else None,
        "offline": list(one.offline) if one.offline else None,
        "source": _evidence(one.source),
        "origin": one.origin,
        "confidence": one.confidence,
        "dynamic": one.dynamic,
    }


def _service(one: Service) -> dict[str, Any]:
    return {
        "name": one.name,
        "dir": one.dir or ".",
        "argv": list(one.argv) if one.argv else None,
        "image": one.image,
        "port": one.port,
        "ports": list(one.ports),
        "confidence": one.confidence,
        "source": _evidence(one.source),
    }
