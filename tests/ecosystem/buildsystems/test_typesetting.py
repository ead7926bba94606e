"""LaTeX and Typst."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

DOCUMENT = "% !TEX program\n\\documentclass{article}\n\\begin{document}\n"


def test_the_only_document_of_the_root() -> None:
    latex = component_of(facts_of({"thesis.tex": DOCUMENT, "chapter.tex": "\\chapter{A}\n"}), "latex")
    command = command_of(latex, "latex:build")
    assert (command.argv, command.role) == (("latexmk", "-pdf", "thesis.tex"), "build")


def test_latexmks_settings_say_engine_and_document() -> None:
    files = {
        "paper/.latexmkrc": "$pdf_mode = 5;\n@default_files = ('paper');\n",
        "paper/paper.tex": DOCUMENT,
        "paper/other.tex": DOCUMENT,
    }
    command = command_of(component_of(facts_of(files), "latex", "paper"), "latex:paper:build")
    assert (command.argv, command.role, command.source.file) == (("latexmk",), "docs", "paper/.latexmkrc")


def test_a_package_is_checked_by_l3build() -> None:
    latex = component_of(facts_of({"build.lua": 'module = "siunitx"\n'}), "latex")
    assert command_of(latex, "latex:check").argv == ("l3build", "check")


def test_figures_and_other_build_lua_files_are_no_documents() -> None:
    assert not pairs_of(
        facts_of({"diagram/overview.tex": DOCUMENT, "macros.tex": "\\newcommand{x}\n", "build.lua": "print(1)\n"}),
        "latex",
    )


def test_typst() -> None:
    files = {"typst.toml": '[package]\nname = "poster"\n', "main.typ": "= A\n"}
    typst = component_of(facts_of(files), "typst")
    assert (typst.name, command_of(typst, "typst:compile").argv) == ("poster", ("typst", "compile", "main.typ"))
    assert command_of(typst, "typst:watch").role == "dev"
    assert not component_of(facts_of({"typst.toml": '[package]\nname = "lib"\n', "lib.typ": ""}), "typst").commands
