"""R packages, projects with renv, and Shiny applications."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

PACKAGE = "Package: clid\nTitle: A\nVersion: 1.0.0\nDepends:\n    R (>= 3.6)\n"


def test_a_package() -> None:
    ci = "jobs:\n  a:\n    steps:\n      - uses: r-lib/actions/setup-r-dependencies@v2\n"
    found = facts_of(
        {"DESCRIPTION": PACKAGE, "tests/testthat/test-a.R": "", ".lintr": "x\n", ".github/workflows/ci.yml": ci}
    )
    package = component_of(found, "r")
    assert (package.name, package.evidence[0].line) == ("clid", 1)
    assert command_of(package, "r:build").argv == ("R", "CMD", "build", ".")
    assert (command_of(package, "r:test").argv, command_of(package, "r:test").role) == (
        ("Rscript", "-e", "devtools::test()"),
        "test",
    )
    assert command_of(package, "r:lint").source.file == ".lintr"
    assert ("r", ">=3.6", 5) in [(one.tool, one.version, one.source.line) for one in found.versions]
    assert [(one.language, one.name) for one in found.package_managers] == [("r", "pak")]


def test_a_project_with_a_lock_and_a_shiny_application() -> None:
    found = facts_of({"renv.lock": "{}", "app.R": "library(shiny)\nshinyApp(ui, server)\n"})
    project = component_of(found, "r")
    restore = command_of(project, "r:install")
    assert restore.argv == restore.locked == ("Rscript", "-e", "renv::restore()")
    assert command_of(project, "r:run").role == "start"
    assert found.package_managers[0].name == "renv"


def test_a_description_of_something_else_and_the_insides_of_a_package() -> None:
    assert not pairs_of(facts_of({"DESCRIPTION": "A tool for clouds.\n"}), "r")
    found = facts_of({"DESCRIPTION": PACKAGE, "inst/shiny/a/app.R": "library(shiny)\n"})
    assert pairs_of(found, "r") == {("", "r")}
