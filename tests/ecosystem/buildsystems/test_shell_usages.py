"""Cutting maintainers' shell text into usages."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.files import Files
from tests.ecosystem.memory_tree import MemoryTree


def lines(text: str, dir: str = "", trust_cd: bool = True) -> list[tuple[str, str, int | None]]:
    files = Files(MemoryTree({"web/package.json": "{}"}))
    shell = Shell(files, "ci", "ci.yml", "rule", dir, trust_cd=trust_cd)
    return [(one.dir, " ".join(one.argv), one.source.line) for one in shell.usages(text, 10)]


def test_cd_leads_into_folders_and_a_subshell_comes_back() -> None:
    text = "cd web\nnpm ci\n(cd src && make)\nnpm test\ncd /opt/elsewhere\nmake install\n"
    assert lines(text) == [("web", "npm ci", 11), ("web/src", "make", 12), ("web", "npm test", 13)]


def test_cd_out_of_the_repository_is_not_followed() -> None:
    assert lines("cd ../other\nmake\n") == []


def test_a_readme_changes_into_its_own_clone() -> None:
    text = "git clone https://host/me/tool\ncd tool\nmake\ncd web\nnpm start\n"
    assert [one[:2] for one in lines(text, trust_cd=False)] == [("", "make"), ("web", "npm start")]


def test_continued_lines_here_documents_and_scripts_in_quotes() -> None:
    text = "pytest \\\n  -x\ncat <<EOF > file\nmake no\nEOF\nnode -e '\nrun no\n'\nmake yes\n"
    assert lines(text) == [("", "pytest -x", 10), ("", "make yes", 18)]


def test_shell_grammar_and_arrays_are_no_commands() -> None:
    text = 'if [ -f x ]; then\n  make a\nfi\ndeps=("one"\n  two\n)\nfor x in a b; do make "$x"; done\n'
    assert [one[1] for one in lines(text)] == ["make a", "make $x"]


def test_wrappers_are_left_out() -> None:
    assert [one[1] for one in lines("xvfb-run -a npm test\nCI=1 timeout 10m go test ./...\n")] == [
        "npm test",
        "go test ./...",
    ]
