"""Perl (row 59): distributions by cpanfile, Makefile.PL, Build.PL or dist.ini."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.web_services import web_service
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

MARKERS = ("dist.ini", "minil.toml", "cpanfile", "Build.PL", "Makefile.PL")
_PERL = re.compile(
    r"requires\s+['\"]?perl['\"]?\s*(?:=>|,)\s*['\"]?([\w.]+)|MIN_PERL_VERSION['\"]?\s*=>\s*['\"]?([\w.]+)"
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the perl component of a folder."""
    file = next((name for name in MARKERS if name in folder.names and _is_perls(folder, name)), None)
    if file is None:
        return
    source = folder.evidence(file, "perl.distribution", line=1)
    make = Conventions("perl", folder, source)
    yield Component(folder.path, "perl", "perl", 0.95, (source,), tuple(_commands(make)), name=_name(folder))
    locked = "cpanfile.snapshot" in folder.names
    shown = folder.evidence("cpanfile.snapshot", "perl.lock", line=1) if locked else source
    yield PackageManager(
        "perl", "carton" if locked else "cpanm", folder.path, f"{shown.file.rpartition('/')[2]} is here", shown
    )
    yield from _versions(folder)
    if "app.psgi" in folder.names:
        psgi = folder.evidence("app.psgi", "perl.psgi", line=1)
        yield from web_service(folder, "web", ("plackup", "app.psgi"), 5000, psgi)


def _is_perls(folder: Folder, name: str) -> bool:
    """Tell Dist::Zilla's dist.ini from another program's: it names a plugin or a licence at its top."""
    return name != "dist.ini" or bool(
        re.search(r"^(?:license|copyright_holder|\[@?\w+)", folder.text(name), re.MULTILINE)
    )


def _name(folder: Folder) -> str:
    found = re.search(r"^name\s*=\s*(\S+)", folder.text("dist.ini"), re.MULTILINE) or re.search(
        r"\b(?:NAME|DISTNAME|module_name|dist_name)\W+([\w:-]+)", folder.text("Makefile.PL") or folder.text("Build.PL")
    )
    return found.group(1) if found else ""


def _versions(folder: Folder) -> Iterator[Version]:
    for file in ("cpanfile", "Makefile.PL"):
        found = _PERL.search(folder.text(file))
        if found:
            yield Version(
                "perl", f">={found.group(1) or found.group(2)}", folder.evidence(file, "perl.version", found.group(0))
            )
            return


def _commands(make: Conventions) -> Iterator[Command]:
    folder = make.folder
    yield _install(make)
    build = _build(folder)
    if build:
        yield make.command("build", *build, confidence=0.8)
    compiled = any(name.endswith(".xs") for name in folder.names)
    if any(name.endswith(".t") for below in folder.at("t").below(2) for name in below.names):
        nested = any(name.endswith(".t") for sub in folder.at("t").subfolders for name in folder.at(f"t/{sub}").names)
        prove = ("prove", "-lr" if nested else "-l", *(("t",) if nested else ()))
        yield make.command(
            "test",
            *(("sh", "-c", "perl Makefile.PL && make test") if compiled and folder.has("Makefile.PL") else prove),
            confidence=0.85,
        )
    if ".perlcriticrc" in folder.names:
        source = folder.evidence(".perlcriticrc", "perl.critic", line=1)
        yield make.command("perlcritic", "perlcritic", "lib", role="lint", confidence=0.65, source=source)
    if "app.psgi" in folder.names:
        source = folder.evidence("app.psgi", "perl.psgi", line=1)
        yield make.command(
            "plackup", "plackup", "app.psgi", role="start", confidence=0.8, origin="framework", source=source
        )


def _install(make: Conventions) -> Command:
    if "cpanfile.snapshot" in make.folder.names:
        return make.command(
            "install", "carton", "install", confidence=0.9, locked=("carton", "install", "--deployment")
        )
    if make.folder.has("dist.ini") and not make.folder.has("cpanfile", "Makefile.PL", "Build.PL"):
        return make.command("install", "sh", "-c", "dzil listdeps --missing | cpanm", confidence=0.8)
    return make.command("install", "cpanm", "--installdeps", ".", confidence=0.9)


def _build(folder: Folder) -> tuple[str, ...]:
    if "dist.ini" in folder.names:
        return ("dzil", "build")
    if "minil.toml" in folder.names:
        return ("minil", "build")
    if "Build.PL" in folder.names:
        return ("sh", "-c", "perl Build.PL && ./Build")
    return ("sh", "-c", "perl Makefile.PL && make") if "Makefile.PL" in folder.names else ()
