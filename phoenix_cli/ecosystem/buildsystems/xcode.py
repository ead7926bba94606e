"""Xcode (row 39): projects and workspaces, CocoaPods, Carthage, and XcodeGen's project.yml."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager
from phoenix_cli.ecosystem.files import Folder

MAX_SCHEMES = 20


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the components that Xcode's and its helpers' files make; a bundle's component is the folder that holds it."""
    if folder.name.endswith(".xcodeproj") and "project.pbxproj" in folder.names:
        yield _bundle(folder, "project.pbxproj", "-project")
    inner = folder.path.rpartition("/")[0].endswith(".xcodeproj")
    if folder.name.endswith(".xcworkspace") and not inner and "contents.xcworkspacedata" in folder.names:
        yield _bundle(folder, "contents.xcworkspacedata", "-workspace")
    if "Podfile" in folder.names:
        yield from _dependencies(folder, "Podfile", "cocoapods", ("pod", "install"), ("pod", "install", "--deployment"))
    if "Cartfile" in folder.names:
        yield from _dependencies(folder, "Cartfile", "carthage", ("carthage", "bootstrap"), None)
    if "project.yml" in folder.names and {"name", "targets"} <= folder.yaml("project.yml").keys():
        source = folder.evidence("project.yml", "xcodegen.project", "targets:")
        make = Conventions("xcode", folder, source)
        generate = make.command("generate", "xcodegen", "generate", role="other", confidence=0.8)
        yield Component(
            folder.path, "xcode", "swift", 0.85, (source,), (generate,), name=str(folder.yaml("project.yml")["name"])
        )


def _bundle(bundle: Folder, file: str, option: str) -> Component:
    folder = bundle.at("..")
    source = bundle.evidence(file, f"xcode.{option[1:]}", line=1)
    name = bundle.name.rpartition(".")[0]
    language = "swift" if _has(folder, name, ".swift") else "objective-c" if _has(folder, name, ".m") else "swift"
    commands = tuple(_schemes(bundle, folder, source, option))
    return Component(folder.path, "xcode", language, 0.9, (source,), commands, name=name)


def _has(folder: Folder, name: str, suffix: str) -> bool:
    places = (folder, folder.at(name), folder.at("Sources"), folder.at(f"Sources/{name}"), folder.at("Source"))
    return any(each.endswith(suffix) for place in places for each in place.names)


def _schemes(bundle: Folder, folder: Folder, source: Evidence, option: str) -> Iterator[Command]:
    """Yield build and test for every shared scheme; the one named like the project is the main one."""
    make = Conventions("xcode", folder, source)
    shared = bundle.at("xcshareddata/xcschemes")
    names = sorted(name.removesuffix(".xcscheme") for name in shared.names if name.endswith(".xcscheme"))
    for scheme in names[:MAX_SCHEMES]:
        text = shared.head(f"{scheme}.xcscheme", 20_000)
        found = shared.evidence(f"{scheme}.xcscheme", "xcode.scheme", line=1)
        sure = 0.75 if scheme == bundle.name.rpartition(".")[0] or len(names) == 1 else 0.5
        argv = ("xcodebuild", option, bundle.name, "-scheme", scheme)
        yield make.command(f"build:{scheme}", *argv, "build", role="build", confidence=sure, source=found)
        if "<TestableReference" in text or "<TestPlanReference" in text:
            yield make.command(f"test:{scheme}", *argv, "test", role="test", confidence=sure, source=found)


def _dependencies(
    folder: Folder, file: str, system: str, install: tuple[str, ...], locked: tuple[str, ...] | None
) -> Iterator[Fact]:
    source = folder.evidence(file, f"{system}.file", line=1)
    make = Conventions(system, folder, source)
    lock = f"{file}.lock" if file == "Podfile" else "Cartfile.resolved"
    if "Gemfile" in folder.names and system == "cocoapods":
        install, locked = ("bundle", "exec", *install), ("bundle", "exec", *(locked or ()))
    command = make.command(
        "install", *install, role="install", confidence=0.85, locked=locked if lock in folder.names else None
    )
    yield Component(folder.path, system, "swift", 0.9, (source,), (command,))
    yield PackageManager("swift", system, folder.path, f"{file} is here", source)
