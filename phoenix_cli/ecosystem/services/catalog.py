"""The services that a repository has to offer, by what detection told: Procfile lines, compose services, its start command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from phoenix_cli.ecosystem.services.containers import is_container
from phoenix_cli.ecosystem.services.model import Readiness
from phoenix_cli.kernel.errors import NotFound, Unavailable, Usage, did_you_mean

#: Names that people give to the one that serves the others.
_MAIN_NAMES = ("web", "app", "server", "api", "backend")
#: A port that was only detected is waited for so long; then being alive is enough.
GUESSED_PORT_S = 30.0
_SETTLED_S = 2.0
_HINT = 0.5


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be started: a process, or with ``container`` what asks a container engine for one.

    ``dir`` is relative to the repository, "" at its root. ``argv`` is empty for what only an image is known of.
    """

    name: str
    dir: str
    argv: tuple[str, ...]
    port: int | None = None
    source: str = ""
    confidence: float = 0.9
    image: str = ""

    @property
    def container(self) -> bool:
        """Tell whether it needs a container engine."""
        return is_container(self.argv) or (not self.argv and bool(self.image))


def offers(detection: Mapping[str, Any]) -> tuple[Offer, ...]:
    """Return what a detection's JSON offers; the primary start and dev commands too, where they are nothing of these."""
    found = [_service(one) for one in detection["services"]]
    names = Counter(one.name for one in found)
    found = [replace(one, name=f"{one.dir}:{one.name}") if names[one.name] > 1 and one.dir else one for one in found]
    for role in ("start", "dev"):
        command = _primary(detection, role)
        if command and not any((one.argv, one.dir) == (command.argv, command.dir) for one in found):
            found.append(command)
    return tuple(found)


def _service(one: Mapping[str, Any]) -> Offer:
    return Offer(
        one["name"], "" if one["dir"] == "." else one["dir"], tuple(one["argv"] or ()), one["port"],
        one["source"]["file"], one.get("confidence", 0.9), one.get("image") or "",
    )  # fmt: skip


def _primary(detection: Mapping[str, Any], role: str) -> Offer | None:
    wanted = detection["primary"].get(role)
    for component in detection["components"]:
        for command in component["commands"]:
            if wanted and command["name"] == wanted:
                dir = "" if command["dir"] == "." else command["dir"]
                return Offer(role, dir, tuple(command["argv"]), source=command["source"]["file"], confidence=_HINT)
    return None


def choose(found: Sequence[Offer], word: str | None, repo: str) -> Offer:
    """Return the offer with a name, or without one the obvious: the only one, the start command, the one called web.

    Raises ``NotFound`` with near names, ``Usage`` when several are as good, ``Unavailable`` for an image without a command.
    """
    offer = _named(found, word, repo) if word else _default(found, repo)
    if not offer.argv:
        raise Unavailable(
            f"{offer.name} of {repo} is an image that nothing here tells how to start", code="service.no_command",
            cause=offer.image, hints=(f"see {offer.source}",),
        )  # fmt: skip
    return offer


def _named(found: Sequence[Offer], word: str, repo: str) -> Offer:
    for offer in found:
        if word == offer.name:
            return offer
    names = [offer.name for offer in found]
    hints = (
        *did_you_mean(word, names),
        f"it has: {', '.join(names)}" if names else f"phoenix ecosystem commands {repo}",
    )
    raise NotFound(f"{repo} has no service {word!r}", code="service.unknown", hints=hints)


def _default(found: Sequence[Offer], repo: str) -> Offer:
    if not found:
        raise NotFound(
            f"{repo} has nothing that one would start",
            code="service.none",
            hints=(f"phoenix ecosystem commands {repo}",),
        )
    sure = [offer for offer in found if offer.confidence > _HINT and offer.argv] or list(found)
    if len(sure) == 1:
        return sure[0]
    named = [offer for name in (*_MAIN_NAMES, repo) for offer in sure if offer.name == name]
    named += [offer for offer in found if offer.name == "start"]
    if named:
        return named[0]
    raise Usage(
        f"{repo} has several services", code="service.ambiguous", cause=", ".join(offer.name for offer in sure),
        hints=(f"phoenix ecosystem start {repo} {sure[0].name}",),
    )  # fmt: skip


def readiness(
    offer: Offer, *, port: int | None = None, http_path: str = "", log_pattern: str = "", alive_s: float | None = None
) -> Readiness:
    """Return when an offer counts as ready; what the user said must come true, a detected port only should."""
    if alive_s is None and not (port or http_path or log_pattern):
        alive_s = GUESSED_PORT_S if offer.port else _SETTLED_S
    if http_path and not http_path.startswith("/"):
        http_path = f"/{http_path}"
    return Readiness(http_path, log_pattern, alive_s, connect=offer.container)
