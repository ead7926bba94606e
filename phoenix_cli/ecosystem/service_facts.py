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
HINT = 0.5  # at most this sure: a hint


def join_services(services: Iterable[Service], built: frozenset[str] = frozenset()) -> tuple[Service, ...]:
    """Return each service once, ports completed, without those of examples and tests and without needless hints.

    ``built`` are the folders that compose makes its services of: what a manifest there would start is one of those.
    """
    named = (service if service.name else replace(service, name=WEB) for service in services)
    own = _without_frontends(_without_collection([one for one in named if place_of(one.dir) not in LOW_PLACES]))
    unique = _unique(_hint(service) if service.dir in built and _is_inferred(service) else service for service in own)
    sure = [service for service in unique if service.confidence > HINT]
    hints = [service for service in unique if service.confidence <= HINT]
    if not sure:
        return tuple(_without_echoes(hints))
    return tuple(_with_port(service, sure, hints) for service in sure)


def _without_collection(services: list[Service]) -> list[Service]:
    """Leave out the service files of many folders side by side: they show what one may do, and are no one system."""
    stated = {service.dir for service in services if service.dir and not _is_inferred(service)}
    inferred = {service.dir for service in services if service.dir and _is_inferred(service)}
    if len(stated) <= FEW and len(inferred) <= MANY:
        return services
    return [service for service in services if not service.dir]


def _without_frontends(services: list[Service]) -> list[Service]:
    """Leave out development servers of pages further in, where the root has the program that serves them."""
    if not any(service.dir == "" and service.image is None and service.confidence > HINT for service in services):
        return services
    return [service for service in services if not (service.dir and service.source.rule.startswith("node."))]


def _is_inferred(service: Service) -> bool:
    return not service.source.rule.startswith(("compose.", "procfile.", "process-compose.", "mprocs.")) and service.image is None


def _hint(service: Service) -> Service:
    return replace(service, confidence=min(service.confidence, HINT))


def _unique(services: Iterable[Service]) -> list[Service]:
    kept: dict[tuple[str, str], Service] = {}
    for service in services:
        key = (service.name, service.dir)
        known = kept.get(key)
        if known is None:
            kept[key] = service
        else:
            strong, weak = (service, known) if service.confidence > known.confidence else (known, service)
            kept[key] = replace(strong, port=strong.port or weak.port, ports=tuple(dict.fromkeys((*strong.ports, *weak.ports))))
    return list(kept.values())


def _with_port(service: Service, sure: list[Service], hints: list[Service]) -> Service:
    """Complete the port of the only process of a folder; a container's own image says nothing of ours."""
    beside = [other for other in sure if other.dir == service.dir and other.image is None]
    ports = [hint.port for hint in hints if hint.dir == service.dir and hint.port is not None]
    if service.port is None and beside == [service] and ports:
        return replace(service, port=ports[0])
    return service


def _without_echoes(hints: list[Service]) -> list[Service]:
    """Keep the surest hint of a folder and port: a Dockerfile and a platform file tell of the same process."""
    kept: dict[tuple[str, int | None], Service] = {}
    for hint in sorted(hints, key=lambda one: -one.confidence):
        kept.setdefault((hint.dir, hint.port), hint)
    with_port = {dir for dir, port in kept if port is not None}
    return [hint for (dir, port), hint in kept.items() if port is not None or dir not in with_port]
