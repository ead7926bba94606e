"""Join what several files tell of one repository's services.

Compose and Procfile say what one would start. A Dockerfile's EXPOSE or a hosting platform's file only hints at it: the hint
gives its port to the service that it is about, and stands by itself only where nothing surer is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from phoenix_cli.ecosystem.facts import Service
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

FEW, MANY = 4, 24  # folders with a compose file or the like, or with a program that serves, that one system may have
WEB = "web"  # the one process of a project without a name, as in a Procfile
GIVEN = "procfile.given-port"  # a runner's own choice: it counts where nothing else tells of a port
HINT = 0.5  # at most this sure: a hint


def join_services(services: Iterable[Service], built: frozenset[str] = frozenset()) -> tuple[Service, ...]:
    """Return each service once, ports completed, without those of examples and tests and without needless hints.

    ``built`` are the folders that compose makes its services of: what a manifest there would start is one of those.
    """
    named = [service if service.name else replace(service, name=WEB) for service in services]
    given = {(one.name, one.dir): one.port for one in named if one.source.rule == GIVEN}
    named = [one for one in named if one.source.rule != GIVEN]
    own = _without_collection([one for one in named if place_of(one.dir) not in LOW_PLACES])
    own = _without_frontends(_without_alternatives(own))
    unique = _unique(
        _hint(service) if _is_built(service.dir, built) and _is_inferred(service) else service for service in own
    )
    sure = [service for service in unique if service.confidence > HINT]
    hints = [service for service in unique if service.confidence <= HINT]
    if not sure:
        return tuple(_without_echoes(hints))
    known = [_with_port(service, sure, hints) for service in (*sure, *_siblings(sure, hints))]
    return tuple(one if one.port else replace(one, port=given.get((one.name, one.dir))) for one in known)


def _is_built(dir: str, built: frozenset[str]) -> bool:
    """Tell whether an image is made of a folder, or of one above it other than the root."""
    return dir in built or any(dir.startswith(f"{one}/") for one in built if one)


def _without_collection(services: list[Service]) -> list[Service]:
    """Leave out the service files of many folders side by side: they show what one may do, and are no one system."""
    stated = {service.dir for service in services if service.dir and not _is_inferred(service)}
    inferred = {service.dir for service in services if service.dir and _is_inferred(service)}
    if len(stated) <= FEW and len(inferred) <= MANY:
        return services
    return [service for service in services if not service.dir]


def _without_alternatives(services: list[Service]) -> list[Service]:
    """Keep one container of an image where compose projects side by side all start it: one of them is meant, not all."""
    taken: dict[tuple[str, str, str], str] = {}
    kept = []
    for service in services:
        image = service.image if service.dir and service.source.rule == "compose.service" else None
        key = (service.dir.rpartition("/")[0], service.name, image or "")
        if image is None or taken.setdefault(key, service.dir) == service.dir:
            kept.append(service)
    return kept


def _without_frontends(services: list[Service]) -> list[Service]:
    """Leave out the bundlers' development servers further in, where the root has the program that serves their pages."""
    if not any(service.dir == "" and service.image is None and service.confidence > HINT for service in services):
        return services
    return [service for service in services if not (service.dir and _is_bundled(service))]


def _is_bundled(service: Service) -> bool:
    return service.source.rule.startswith("node.") and service.confidence >= 0.8


def _is_inferred(service: Service) -> bool:
    return (
        not service.source.rule.startswith(("compose.", "procfile.", "process-compose.", "mprocs."))
        and service.image is None
    )


def _hint(service: Service) -> Service:
    return replace(service, confidence=min(service.confidence, HINT))


def _unique(services: Iterable[Service]) -> list[Service]:
    """Join what is told of one name in a folder: the surest keeps its ports, another gives those that it does not know."""
    told: dict[tuple[str, str], list[Service]] = {}
    for service in services:
        told.setdefault((service.name, service.dir), []).append(service)
    return [_joined(sorted(each, key=_weight, reverse=True)) for each in told.values()]


def _weight(service: Service) -> float:
    """A server in another language comes before the pages beside it that the same project is built with."""
    return service.confidence - 0.15 * service.source.rule.startswith("node.")


def _joined(told: list[Service]) -> Service:
    """Return the surest; what a platform sets for the same process is a further port unless it is written down already."""
    ports = [one for one in told if one.port is not None]
    if _is_default(told[0]):
        ports = [one for one in ports if one.source.rule.startswith(("docker.", "platform."))] or ports
    if not ports:
        return told[0]
    every = ports if _is_inferred(told[0]) else ports[:1]
    return replace(told[0], port=ports[0].port, ports=tuple(dict.fromkeys(port for one in every for port in one.ports)))


def _siblings(sure: list[Service], hints: list[Service]) -> list[Service]:
    """Return hints at programs in folders beside those of sure ones: a system of services in several languages."""
    dirs = {one.dir for one in sure}
    parents = [dir.rpartition("/")[0] for dir in dirs if "/" in dir]
    beside = {parent for parent in parents if parents.count(parent) > 1}
    images = [one for one in hints if one.source.rule == "docker.expose" and one.dir not in dirs]
    return [one for one in images if one.dir.rpartition("/")[0] in beside]


def _is_default(service: Service) -> bool:
    """Tell whether nothing was written down about a program's port."""
    return service.source.rule in ("dotnet.project", "maven.project")


def _with_port(service: Service, sure: list[Service], hints: list[Service]) -> Service:
    """Complete the ports of the only process of a folder; a container's own image says nothing of ours."""
    beside = [other for other in sure if other.dir == service.dir and other.image is None]
    ports = [hint.port for hint in hints if hint.dir == service.dir and hint.port is not None]
    if beside != [service] or not ports or (service.port is not None and not _is_inferred(service)):
        return service
    if _is_default(service):
        return replace(service, port=ports[0], ports=tuple(ports))
    return replace(service, port=service.port or ports[0], ports=tuple(dict.fromkeys((*service.ports, *ports))))


def _without_echoes(hints: list[Service]) -> list[Service]:
    """Keep the surest hint of a folder and port: a Dockerfile and a platform file tell of the same process."""
    kept: dict[tuple[str, int | None], Service] = {}
    for hint in sorted(hints, key=lambda one: -one.confidence):
        kept.setdefault((hint.dir, hint.port), hint)
    with_port = {dir for dir, port in kept if port is not None}
    return [hint for (dir, port), hint in kept.items() if port is not None or dir not in with_port]
