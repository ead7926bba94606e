"""Cake, NUKE, FAKE and Paket."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_the_tasks_of_a_cake_script() -> None:
    found = facts_of({"build.cake": '#tool x\nTask("Clean");\nTask("Test")\n  .Does(() => {});\n'})
    task = command_of(component_of(found, "cake"), "cake:Test")
    assert (task.argv, task.role, task.source.line) == (("dotnet", "cake", "--target", "Test"), "test", 3)


def test_the_checked_in_script_runs_the_tasks() -> None:
    found = facts_of({"build.cake": 'Task("Pack");\n', "build.sh": "#!/bin/sh\n"})
    assert command_of(component_of(found, "cake"), "cake:Pack").argv == ("./build.sh", "--target", "Pack")


def test_the_targets_of_nuke_are_properties_of_its_build() -> None:
    build = "class Build : NukeBuild\n{\n    Target Compile => _ => _\n        .Executes(() => {});\n    Target Test => _ => _;\n}\n"
    found = facts_of(
        {".nuke/parameters.json": "{}", "build/Build.cs": build, "build/_build.csproj": "<Project Sdk='x'/>"}
    )
    compiling = command_of(component_of(found, "nuke"), "nuke:Compile")
    assert (compiling.argv, compiling.role, compiling.source.file, compiling.source.line) == (
        ("nuke", "Compile"),
        "build",
        "build/Build.cs",
        3,
    )


def test_fake_and_paket() -> None:
    files = {
        "build.fsx": '#r "paket: nuget Fake.Core.Target //"\nTarget.create "Build" ignore\n',
        "paket.dependencies": "source x\nnuget A\n",
        "paket.lock": "",
    }
    found = facts_of(files)
    assert command_of(component_of(found, "fake"), "fake:Build").argv == (
        "dotnet",
        "fake",
        "run",
        "build.fsx",
        "--target",
        "Build",
    )
    install = command_of(component_of(found, "paket"), "paket:install")
    assert (install.argv, install.locked, install.source.line) == (("paket", "restore"), ("paket", "restore"), 2)


def test_any_other_fsharp_script_is_no_fake_script() -> None:
    assert not pairs_of(facts_of({"build.fsx": 'printfn "hello"\n'}), "fake")
