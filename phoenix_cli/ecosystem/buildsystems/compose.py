"""Compose (row 74): the services of a project, and the commands that bring them up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.compose_services import ComposeService, services_of
from phoenix_cli.ecosystem.buildsystems.hidden_folders import serves_above
from phoenix_cli.ecosystem.buildsystems.procfile import MANIFESTS
from phoenix_cli.ecosystem.buildsystems.project_names import project_name
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Conflict, Evidence, Fact, Origin, Role, Service
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

#: Compose's own order.
BASES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_VARIANT = re.compile(r"(?:docker-compose|compose)[._-]([\w.-]+)\.ya?ml|([\w-]+)\.(?:docker-)?compose\.ya?ml")
#: Of files that only exist in variants, the one a developer would take.
_PREFERRED = ("dev", "local", "development", "base", "common", "default")
#: Files that serve the tests or an image's build rather than a person who wants to run it.
_ASIDE = re.compile(r"(?:^|[._-])(?:ci|tests?|e2e|bench|build|gitpod|codespaces)(?:[._-]|$)")
#: What one brings up beside the program while working on it.
_BESIDE = re.compile(r"(?:^|[._-])(?:dev|local|development|services)(?:[._-]|$)")
_OWN_TASKS = frozenset({"up", "build", "down", "logs", "watch"})


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the compose component of a folder and what it would start."""
    bases = [name for name in BASES if name in folder.names]
    variants = _variants(folder)
    files = _project(folder, bases) or variants[:1]
    if not files or serves_above(folder.path):
        return
    services = _services(folder, files, variants, whole=not bases)
    if not services and not _is_meant(folder, files[0]):
        return
    evidence = tuple(folder.evidence(name, "compose.file", line=1) for name in files)
    yield Component(
        folder.path, "compose", "yaml", 0.95 if services else 0.5, evidence,
        commands=tuple(_commands(folder, files, services)),
    )  # fmt: skip
    sure = 0.5 if _is_for_another_occasion(folder) else 0.95
    for service in services.values():
        yield _service(folder, files, service, sure)
    if len(bases) > 1:
        message = f"Compose takes {bases[0]} and ignores {', '.join(bases[1:])}"
        yield Conflict(folder.path, message, tuple(folder.evidence(name, "compose.file", line=1) for name in bases))


def _project(folder: Folder, bases: list[str]) -> list[str]:
    if not bases:
        return []
    stem = bases[0].rpartition(".")[0]
    override = folder.first(
        *(f"{one}.override.{end}" for one in (stem, "compose", "docker-compose") for end in ("yaml", "yml"))
    )
    return [bases[0], override] if override else [bases[0]]


def _variants(folder: Folder) -> list[str]:
    """Return the files such as ``docker-compose.dev.yml``, the likeliest to be taken first, the simplest among equals."""

    def rank(name: str) -> tuple[int, int, str]:
        words = re.split(r"[._-]", name.lower())
        return next((at for at, word in enumerate(_PREFERRED) if word in words), len(_PREFERRED)), len(name), name

    found = (name for name in folder.names if _VARIANT.fullmatch(name) and ".override." not in name)
    return sorted((name for name in found if not _ASIDE.search(name) and "services" in folder.yaml(name)), key=rank)


def _services(folder: Folder, files: list[str], variants: list[str], whole: bool) -> dict[str, ComposeService]:
    """Return the services of the project's files.

    Variants are alternatives or overlays: what they add to a plain file is left out unless it is for developers, the
    ports that they publish are not.
    Where there are only variants (``whole``), all of them together tell what there is to start.
    """
    found = services_of(folder, files)
    for name in variants:
        for key, service in services_of(folder, [name]).items() if [name] != files else ():
            known = found.setdefault(key, service) if whole or _BESIDE.search(name) else found.get(key)
            if known is not None and not known.ports() and service.ports():
                known.value = {**known.value, "ports": service.value["ports"]}
    return found


def _is_for_another_occasion(folder: Folder) -> bool:
    """Tell whether a file above, or any outside of a dev container, already says what runs here."""
    if any(above.has(*BASES) for above in folder.up() if above.path != folder.path):
        return True
    inside = ".devcontainer" in folder.path.split("/")
    return inside and any(".devcontainer" not in path.split("/") for path in folder.files.once(_projects))


def _projects(files: Files) -> tuple[str, ...]:
    """Return the repository's own folders with compose files, examples and tests left out."""
    found = (
        one for one in files.folders.values() if any(name in BASES or _VARIANT.fullmatch(name) for name in one.names)
    )
    return tuple(one.path for one in found if place_of(one.path) not in LOW_PLACES)


def _is_meant(folder: Folder, name: str) -> bool:
    """Tell a project that is broken, or only includes others, from a file of another purpose under this name."""
    return (
        folder.join(name) in folder.files.problems or "include" in folder.yaml(name) or "services" in folder.yaml(name)
    )


def built_folders(files: Files) -> frozenset[str]:
    """Return the folders whose programs run as services of the repository's own compose projects."""
    found: set[str] = set()
    for path in files.once(_projects):
        folder = files.folder(path)
        names = [name for name in BASES if name in folder.names]
        for service in _services(folder, _project(folder, names) or _variants(folder)[:1], [], whole=False).values():
            found.update(service.built_folders(folder))
    return frozenset(found)


def _argv(folder: Folder, files: list[str], *words: str) -> tuple[str, ...]:
    chosen = () if files[0] in BASES else tuple(word for name in files for word in ("-f", name))
    return ("docker", "compose", *chosen, *words)


def _commands(folder: Folder, files: list[str], services: dict[str, ComposeService]) -> Iterator[Command]:
    file = folder.evidence(files[0], "compose.file", line=1)
    role, sure = _role_of_up(folder, services)
    yield _command(folder, files, "up", role, sure, file, "up")
    if any(service.builds for service in services.values()):
        yield _command(folder, files, "build", "build", 0.3, file, "build")
    if any("develop" in service.value for service in services.values()):
        yield _command(folder, files, "watch", "dev", 0.5, file, "watch")
    yield _command(folder, files, "down", "other", 0.7, file, "down")
    for service in services.values():
        if service.name not in _OWN_TASKS:
            yield _command(folder, files, service.name, "other", 0.7, service.source, "up", service.name)


def _command(
    folder: Folder, files: list[str], task: str, role: Role, sure: float, source: Evidence, *words: str
) -> Command:
    """``compose build`` is a way round the native build, never the way that maintainers wrote down."""
    origin: Origin = "default" if task == "build" else "platform"
    name = command_name("compose", task, folder.path)
    return Command(name, role, _argv(folder, files, *words), folder.path, source, origin=origin, confidence=sure)


def _role_of_up(folder: Folder, services: dict[str, ComposeService]) -> tuple[Role, float]:
    """Starting only the databases of the tests is no start of the program."""
    plain = [service for service in services.values() if not service.profiles]
    if ".devcontainer" in folder.path.split("/"):
        return "other", 0.7
    if any(service.builds for service in plain):
        return "start", 0.6
    if any(service.is_application and _is_own(folder, service) for service in plain):
        return "start", 0.5
    return "other", 0.7


def _is_own(folder: Folder, service: ComposeService) -> bool:
    """Tell whether an image may be the program itself: beside a program's manifest only one of its name is."""
    return not folder.has(*MANIFESTS) or project_name(folder).lower() in (service.image or "").lower()


def _service(folder: Folder, files: list[str], service: ComposeService, sure: float) -> Service:
    """A project further in, while one above says what runs here, is for another occasion."""
    profile = service.value.get("profiles")
    chosen = ("--profile", str(profile[0])) if isinstance(profile, list) and profile else ()
    ports = service.ports()
    if (
        service.source.file.rpartition("/")[0] == folder.path
        and (name := service.source.file.rpartition("/")[2]) not in files
    ):
        files = [name]  # declared by a variant alone
    return Service(
        service.name, service.source, folder.path, _argv(folder, files, *chosen, "up", service.name), service.image,
        ports[0] if ports else None, confidence=min(sure, 0.7) if service.profiles else sure, ports=ports,
    )  # fmt: skip
