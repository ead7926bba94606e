"""Docker (row 75): Dockerfiles and Containerfiles, their ports, and what they run as evidence for native commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.dockerfile import Dockerfile, parse
from phoenix_cli.ecosystem.buildsystems.hidden_folders import serves_above
from phoenix_cli.ecosystem.buildsystems.image_versions import image_version
from phoenix_cli.ecosystem.buildsystems.procfile import MANIFESTS
from phoenix_cli.ecosystem.buildsystems.project_names import project_name
from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Service, Usage, Version
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

PLAIN = ("Dockerfile", "dockerfile", "Containerfile")
_VARIANT = re.compile(r"(?:Dockerfile|Containerfile)[._-][\w.-]+|[\w.-]+\.(?:[Dd]ockerfile|[Cc]ontainerfile)")
#: Templates and prose that begin like a Dockerfile's name.
_OTHER = re.compile(
    r".*\.(?:j2|jinja2?|tmpl|tpl|template|erb|mustache|md|txt|in|ts|js|go|rs|py|rb|java|cs|json|ya?ml|sh|dockerignore|bak)$"
)
_FROM = re.compile(r"^[ \t]*FROM[ \t]", re.MULTILINE | re.IGNORECASE)
_AFFIX = re.compile(r"^(?:Dockerfile|Containerfile)[._-]|[.](?:docker|container)file$", re.IGNORECASE)
MAX_VARIANTS = 40

_PROJECTS = (".csproj", ".fsproj", ".cabal")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the docker component of a folder; images of CI and of a dev container belong to the component above."""
    names = dockerfiles(folder)
    if not names or serves_above(folder.path) or ".devcontainer" in folder.path.split("/"):
        return
    plain = names[0] in PLAIN
    evidence = tuple(folder.evidence(name, "docker.file", line=1) for name in names)
    commands = tuple(command for name in names[:MAX_VARIANTS] for command in _commands(folder, name))
    yield Component(folder.path, "docker", "dockerfile", 0.95 if plain else 0.85, evidence, commands=commands)
    yield from _hints(folder, names[0])


def dockerfiles(folder: Folder) -> list[str]:
    """Return a folder's Dockerfiles, the plain one first; a variant must hold an instruction to count."""
    plain = [name for name in PLAIN if name in folder.names]
    variants = sorted(name for name in folder.names if _VARIANT.fullmatch(name) and not _OTHER.match(name))
    return plain + [name for name in variants if _FROM.search(folder.head(name, 16_000))]


def _commands(folder: Folder, name: str) -> Iterator[Command]:
    """Building the image is one way to build, and never the first where there is a native one."""
    variant = name not in PLAIN
    task = f"build-{_AFFIX.sub('', name)}" if variant else "build"
    found = parse(folder.text(name))
    context = _context(folder, found)
    chosen, source = _file_option(folder, name, context), folder.evidence(name, "docker.file", line=1)
    yield Command(
        command_name("docker", task, folder.path), "other" if variant else "build", ("docker", "build", *chosen, "."),
        context.path, source, confidence=0.3,
    )  # fmt: skip
    if found.ports and found.argv and not variant:
        argv = _run(chosen, found.ports[0])
        run = command_name("docker", "run", folder.path)
        yield Command(run, "start", argv, context.path, source, confidence=0.25, text=" ".join(found.argv))


def _file_option(folder: Folder, name: str, context: Folder) -> tuple[str, ...]:
    path = folder.join(name).removeprefix(f"{context.path}/" if context.path else "")
    return () if path == "Dockerfile" else ("-f", path)


def _run(chosen: tuple[str, ...], port: int) -> tuple[str, ...]:
    """Build and run in one line: a bare image name could pull a stranger's image of that name."""
    build = shlex.join(("docker", "build", "-q", *chosen, "."))
    return ("sh", "-c", f"docker run --rm -p {port}:{port} $({build})")


def _context(folder: Folder, dockerfile: Dockerfile) -> Folder:
    """Return the folder whose files the Dockerfile copies: its own, else the nearest one above that has them all."""
    wanted = [
        source.removeprefix("./").rstrip("/") for source in dockerfile.sources if not re.search(r"[$*?\[<]", source)
    ]
    wanted = [source for source in wanted if source not in ("", ".")]
    if not wanted:
        alone = not folder.subfolders and len(folder.names) <= len(dockerfiles(folder)) + 1
        return folder.files.root if dockerfile.sources and (alone or folder.name in ("docker", ".docker")) else folder
    return next((one for one in folder.up() if all(_holds(one, source) for source in wanted)), folder)


def _holds(folder: Folder, path: str) -> bool:
    return folder.has_file(path) or folder.at(path).exists


def _hints(folder: Folder, name: str) -> Iterator[Fact]:
    found = parse(folder.text(name))
    if place_of(folder.path) in LOW_PLACES:
        return
    context = _context(folder, found)
    yield from _usages(folder, name, found, context)
    yield from _versions(folder, name, found)
    title = context.name if context.path else project_name(context, "")
    if found.ports and found.argv and title and _is_project(context):
        source = folder.evidence(name, "docker.expose", line=found.port_line)
        argv = _run(_file_option(folder, name, context), found.ports[0])
        yield Service(title, source, context.path, argv, port=found.ports[0], confidence=0.5)


def _is_project(folder: Folder) -> bool:
    """Tell whether a program is in the folder: an image of a service stands beside its manifest, or at the root."""
    return not folder.path or folder.has(*MANIFESTS) or any(name.endswith(_PROJECTS) for name in folder.names)


def _usages(folder: Folder, name: str, found: Dockerfile, context: Folder) -> Iterator[Usage]:
    path = folder.join(name)
    for text, line in found.runs:
        yield from Shell(folder.files, "container", path, "docker.run", context.path).usages(text, line)
    if found.argv:
        yield Usage(
            found.argv, context.path, "container", folder.evidence(name, "docker.command", line=found.command_line)
        )


def _versions(folder: Folder, name: str, found: Dockerfile) -> Iterator[Version]:
    for image, line in dict(reversed(found.images)).items():
        pinned = image_version(image)
        if pinned is not None:
            yield Version(*pinned, folder.evidence(name, "docker.image", line=line))
