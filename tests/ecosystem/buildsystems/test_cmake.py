"""CMake: projects against parts of one, presets, and tests that CTest runs."""

from __future__ import annotations

import json

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

LIBRARY = """\
# project(old)
cmake_minimum_required(VERSION 3.16...3.29)
project(
  shapes
  LANGUAGES CXX)
add_library(shapes a.cpp)
"""


def test_a_project_configures_and_builds() -> None:
    found = facts_of({"CMakeLists.txt": LIBRARY})
    project = component_of(found, "cmake")
    assert (project.name, project.language, project.evidence[0].line) == ("shapes", "cpp", 3)
    build = command_of(project, "cmake:build")
    assert build.argv == ("sh", "-c", "cmake -S . -B build && cmake --build build")
    assert build.offline is not None and "FETCHCONTENT_FULLY_DISCONNECTED=ON" in build.offline[2]
    assert command_of(project, "cmake:configure").role == "other"
    assert not [one for one in project.commands if one.role in ("test", "start", "install")]
    assert [(one.tool, one.version) for one in found.versions] == [("cmake", ">=3.16")]
    assert found.package_managers == ()


def test_tests_are_found_below() -> None:
    files = {
        "CMakeLists.txt": LIBRARY + "add_subdirectory(test)\n",
        "test/CMakeLists.txt": "add_test(NAME a COMMAND a)\n",
    }
    test = command_of(component_of(facts_of(files), "cmake"), "cmake:test")
    assert (test.argv, test.source.file) == (("ctest", "--test-dir", "build"), "test/CMakeLists.txt")


def test_a_folder_without_a_project_belongs_to_the_one_above() -> None:
    found = facts_of(
        {
            "CMakeLists.txt": LIBRARY + "add_subdirectory(src)\nadd_subdirectory(tool)\n",
            "src/CMakeLists.txt": "# project(commented)\n#[[\nproject(out)\n]]\nadd_library(x x.cpp)\n",
            "tool/CMakeLists.txt": "project(tool C)\n",
            "build/other/CMakeLists.txt": "PROJECT(other)\n",
        }
    )
    assert pairs_of(found, "cmake") == {("", "cmake"), ("tool", "cmake"), ("build/other", "cmake")}
    assert [component_of(found, "cmake", dir).member for dir in ("tool", "build/other")] == [True, False]


def test_presets_are_listed_without_the_hidden_ones() -> None:
    presets = {
        "version": 6,
        "include": ["cmake/more.json"],
        "configurePresets": [{"name": "base", "hidden": True}, {"name": "default", "inherits": "base"}],
        "buildPresets": [{"name": "default", "configurePreset": "default"}, {"name": "msvc"}],
    }
    more = {"testPresets": [{"name": "default", "configurePreset": "default"}], "include": ["../CMakePresets.json"]}
    files = {
        "CMakeLists.txt": LIBRARY,
        "CMakePresets.json": json.dumps(presets, indent=1),
        "cmake/more.json": json.dumps(more),
    }
    found = component_of(facts_of(files), "cmake")
    names = {one.name for one in found.commands if one.origin == "script"}
    assert names == {"cmake:configure:default", "cmake:build:default", "cmake:build:msvc", "cmake:test:default"}
    preset = command_of(found, "cmake:build:default")
    assert preset.argv == ("cmake", "--build", "--preset", "default")
    assert (
        preset.confidence
        > command_of(found, "cmake:build").confidence
        > command_of(found, "cmake:build:msvc").confidence
    )
    assert preset.source.line is not None


def test_the_program_named_after_the_project_is_started() -> None:
    editor = 'cmake_minimum_required(VERSION 3.20)\nproject("editor" C)\nadd_executable(${PROJECT_NAME} main.c)\n'
    run = command_of(component_of(facts_of({"CMakeLists.txt": editor}), "cmake"), "cmake:run")
    assert (run.argv, run.role, run.source.line) == (("./build/editor",), "start", 3)


def test_a_hostile_file_costs_little() -> None:
    hostile = "#[[" * 50_000 + "project(" * 20_000
    assert facts_of({"CMakeLists.txt": hostile}).components == ()
