"""CMake (row 31): projects, presets, and the tests that CTest runs."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.cmake_presets import preset_commands
from phoenix_cli.ecosystem.buildsystems.cmake_text import Call, calls, project_of, tests_of
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Version
from phoenix_cli.ecosystem.files import Files, Folder

_LANGUAGES = {"C": "c", "CXX": "cpp", "CUDA": "cuda", "FORTRAN": "fortran", "SWIFT": "swift", "OBJC": "objective-c"}
_DISCONNECTED = "-DFETCHCONTENT_FULLY_DISCONNECTED=ON"


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a folder whose CMakeLists.txt has a project, with its presets and its plain forms."""
    project = project_of(folder)
    if project is None:
        return
    source = folder.evidence("CMakeLists.txt", "cmake.project", line=project.line)
    name = _name(project)
    yield Component(
        folder.path, "cmake", _language(folder, project), 0.95 if not folder.path else 0.9, (source,),
        tuple(_commands(folder, source, name)), name=name, member=folder.path in folder.files.once(added_folders),
    )  # fmt: skip
    least = next(calls(folder.text("CMakeLists.txt"), "cmake_minimum_required"), None)
    if least and len(least.words) > 1:
        version = least.words[1].partition("...")[0]
        yield Version("cmake", f">={version}", folder.evidence("CMakeLists.txt", "cmake.minimum", line=least.line))


def added_folders(files: Files) -> frozenset[str]:
    """Return the folders that some add_subdirectory() reaches; call it as ``files.once(added_folders)``."""
    return frozenset(
        folder.at(call.words[0]).path
        for folder in files.named("CMakeLists.txt")
        for call in calls(folder.text("CMakeLists.txt"), "add_subdirectory")
        if call.words and "$" not in call.words[0]
    )


def _name(project: Call) -> str:
    return project.words[0] if project.words and "$" not in project.words[0] else ""


def _language(folder: Folder, project: Call) -> str:
    words = [word.upper() for word in project.words[1:]]
    named = [_LANGUAGES[word] for word in words if word in _LANGUAGES]
    if named:
        return "cpp" if "cpp" in named else named[0]
    names = folder.names | folder.at("src").names
    plus = any(name.endswith((".cpp", ".cc", ".cxx")) for name in names)
    return "c" if not plus and any(name.endswith(".c") for name in names) else "cpp"


def _commands(folder: Folder, source: Evidence, name: str) -> Iterator[Command]:
    make = Conventions("cmake", folder, source, name)
    configure = ("cmake", "-S", ".", "-B", "build")
    yield make.command("configure", *configure, role="other", confidence=0.8, offline=(*configure, _DISCONNECTED))
    yield make.command(
        "build", "sh", "-c", "cmake -S . -B build && cmake --build build", role="build", confidence=0.8,
        offline=("sh", "-c", f"cmake -S . -B build {_DISCONNECTED} && cmake --build build"),
    )  # fmt: skip
    tests = tests_of(folder)
    if tests:
        found = tests[0].evidence(tests[1], "cmake.test", line=1)
        yield make.command("test", "ctest", "--test-dir", "build", role="test", confidence=0.8, source=found)
    yield from preset_commands(folder, make)
    if not folder.path:
        yield from _start(folder, make, name)


def _start(folder: Folder, make: Conventions, name: str) -> Iterator[Command]:
    """Yield the program that is named after the project; a library's tools are no application."""
    for call in calls(folder.text("CMakeLists.txt"), "add_executable"):
        if call.words and name and call.words[0] in (name, "${PROJECT_NAME}", "${CMAKE_PROJECT_NAME}"):
            found = folder.evidence("CMakeLists.txt", "cmake.executable", line=call.line)
            yield make.command("run", f"./build/{name}", role="start", confidence=0.6, source=found)
            return
