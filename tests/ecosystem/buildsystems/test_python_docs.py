"""Sphinx, MkDocs and Alembic."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

CONF = "project = 'kiwi'\nextensions = ['sphinx.ext.autodoc']\n"


def test_sphinx_stands_at_the_docs_folder() -> None:
    component = component_of(facts_of({"docs/conf.py": CONF, "docs/index.rst": ""}), "sphinx", "docs")
    assert (component.place, component.evidence[0].file) == ("docs", "docs/conf.py")
    html = command_of(component, "sphinx:docs:html")
    assert (html.role, html.dir, html.argv) == ("docs", "docs", ("sphinx-build", "-b", "html", ".", "_build/html"))


def test_sphinx_with_separate_sources_stands_above_them() -> None:
    component = component_of(facts_of({"docs/source/conf.py": CONF}), "sphinx", "docs")
    assert component.commands[0].argv[-2:] == ("source", "build/html")


def test_sphinx_at_the_root_is_the_product() -> None:
    assert component_of(facts_of({"conf.py": CONF, "requirements.txt": "sphinx\n"}), "sphinx").place == "root"


def test_other_files_named_conf_are_not_sphinxs() -> None:
    assert pairs_of(facts_of({"server/conf.py": "DEBUG = True\n"})) == set()


def test_mkdocs_builds_and_serves_docs() -> None:
    text = '[project]\nname = "kiwi"\n[dependency-groups]\ndocs = ["mkdocs-material"]\n'
    component = component_of(
        facts_of({"mkdocs.yml": "site_name: Kiwi\n", "pyproject.toml": text, "uv.lock": ""}), "mkdocs"
    )
    assert (component.evidence[0].file, component.evidence[0].line) == ("mkdocs.yml", 1)
    assert command_of(component, "mkdocs:serve").argv == ("uv", "run", "mkdocs", "serve")
    assert {one.role for one in component.commands} == {"docs"}
    assert component_of(facts_of({"support/mkdocs.yml": "site_name: x\n"}), "mkdocs", "support").commands[0].argv == (
        "mkdocs",
        "build",
    )


def test_alembic_is_a_command_of_the_project_that_it_migrates() -> None:
    files = {
        "backend/pyproject.toml": '[project]\nname = "api"\n',
        "backend/uv.lock": "",
        "backend/alembic.ini": "[alembic]\nscript_location = m\n",
    }
    found = facts_of(files)
    assert pairs_of(found) == {("backend", "uv")}
    command = command_of(component_of(found, "uv", "backend"), "uv:backend:migrate")
    assert (command.role, command.argv, command.dir) == (
        "other",
        ("uv", "run", "alembic", "upgrade", "head"),
        "backend",
    )
    assert (command.source.file, command.source.line) == ("backend/alembic.ini", 1)


def test_alembic_alone_is_reported() -> None:
    found = facts_of({"db/alembic.ini": "[alembic]\nscript_location = m\n"})
    assert command_of(component_of(found, "alembic", "db"), "alembic:db:migrate").argv == ("alembic", "upgrade", "head")
    assert pairs_of(facts_of({"db/alembic.ini": "[logging]\n"})) == set()
