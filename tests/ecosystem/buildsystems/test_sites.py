"""mdBook, Hugo, Zola, Jekyll and Antora: the product of a repository, or documentation beside a program."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_a_book_that_is_the_product() -> None:
    found = facts_of(
        {
            "book.toml": '[book]\ntitle = "By Example"\n\n[rust]\nedition = "2021"\n',
            "src/SUMMARY.md": "",
            "Cargo.toml": "[workspace]\n",
        }
    )
    book = component_of(found, "mdbook")
    assert book.name == "By Example"
    assert (command_of(book, "mdbook:build").argv, command_of(book, "mdbook:build").role) == (
        ("mdbook", "build"),
        "build",
    )
    assert [command_of(book, f"mdbook:{task}").role for task in ("serve", "dev", "test")] == ["start", "dev", "test"]
    assert [(one.name, one.port) for one in found.services] == [("mdbook", 3000)]


@pytest.mark.parametrize("beside", ["Cargo.toml", "spago.yaml"])
def test_a_book_beside_a_program_is_documentation(beside: str) -> None:
    for dir in ("", "book/"):
        found = facts_of({f"{dir}book.toml": '[book]\nsrc = "guide"\n', f"{dir}guide/SUMMARY.md": "", beside: ""})
        book = component_of(found, "mdbook", dir.strip("/"))
        assert {command.role for command in book.commands} == {"docs"}
        assert not [one for one in found.services if one.name == "mdbook"]


def test_another_tools_book_toml() -> None:
    assert not pairs_of(facts_of({"book.toml": '[catalog]\nisbn = "1"\n'}), "mdbook")


def test_a_hugo_site_with_modules() -> None:
    found = facts_of(
        {
            "hugo.toml": 'baseURL = "x"\n',
            "go.mod": "module example.org/site\n",
            "themes/t/theme.toml": "",
            "themes/t/layouts/a": "",
        }
    )
    assert pairs_of(found, "hugo") == {("", "hugo")}
    site = component_of(found, "hugo")
    assert [(one.argv, one.role) for one in site.commands] == [
        (("hugo",), "build"),
        (("hugo", "server"), "start"),
        (("hugo", "server"), "dev"),
    ]
    assert [(one.name, one.port) for one in found.services] == [("hugo", 1313)]


def test_hugos_older_settings_and_those_of_others() -> None:
    assert pairs_of(facts_of({"config.toml": 'baseURL = "x"\n', "content/a.md": ""}), "hugo", "zola") == {("", "hugo")}
    assert pairs_of(facts_of({"config/_default/config.yaml": "title: x\n", "content/a.md": ""}), "hugo") == {
        ("", "hugo")
    }
    assert pairs_of(facts_of({"config.toml": 'base_url = "x"\n', "content/a.md": ""}), "hugo", "zola") == {("", "zola")}
    assert not pairs_of(facts_of({"config.toml": 'baseURL = "x"\n', ".cargo/config.toml": "[alias]\n"}), "hugo", "zola")


def test_a_hugo_theme_is_no_site() -> None:
    files = {
        "theme.toml": "name = 'a'\n",
        "hugo.toml": "[module]\n",
        "layouts/a.html": "",
        "exampleSite/hugo.toml": 'theme = "a"\n',
    }
    found = facts_of(files)
    assert not component_of(found, "hugo").commands
    assert not found.services


def test_a_jekyll_site() -> None:
    found = facts_of({"_config.yml": "title: x\nport: 4001\n", "Gemfile": 'gem "jekyll"\n'})
    site = component_of(found, "jekyll")
    assert command_of(site, "jekyll:build").argv == ("bundle", "exec", "jekyll", "build")
    assert command_of(site, "jekyll:serve").role == "start"
    assert [(one.port, one.source.line) for one in found.services if one.name == "jekyll"] == [(4001, 2)]


@pytest.mark.parametrize(
    "files",
    [
        {"_config.yml": "theme: jekyll-theme-cayman\n"},
        {"_config.yml": "x: 1\n", "package.json": '{"dependencies": {"hexo": "7"}}', "_posts/a.md": ""},
        {"_config.yml": "x: 1\n", "_toc.yml": "format: jb-book\n", "_posts/a.md": ""},
    ],
)
def test_other_uses_of_that_file(files: dict[str, str]) -> None:
    assert not pairs_of(facts_of(files), "jekyll")


def test_a_site_without_bundler_beside_a_program() -> None:
    found = facts_of({"pyproject.toml": "", "_config.yml": "x: 1\n", "_layouts/a.html": "", "_includes/b.html": ""})
    assert {one.argv[0] for one in component_of(found, "jekyll").commands} == {"jekyll"}
    assert {one.role for one in component_of(found, "jekyll").commands} == {"docs"}


def test_antora_by_playbook_and_by_component() -> None:
    found = facts_of({"antora-playbook.yml": "site:\n  title: A\n", "manual/antora.yml": "name: manual\n"})
    command = command_of(component_of(found, "antora"), "antora:build")
    assert (command.argv, command.role) == (("npx", "antora", "antora-playbook.yml"), "docs")
    assert component_of(found, "antora", "manual").name == "manual"
    assert not component_of(found, "antora", "manual").commands
