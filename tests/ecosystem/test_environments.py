"""A Python environment of the repository's own."""

import subprocess
import sys

from phoenix_cli.ecosystem import environments

COMPONENTS = [{"dir": ".", "system": "setuptools"}, {"dir": ".", "system": "make"}, {"dir": "web", "system": "npm"}]


def command(*argv, role="install", dir="."):
    return {"role": role, "argv": list(argv), "dir": dir}


def test_what_installs_with_pip_wants_an_environment():
    found = {"components": COMPONENTS}
    assert environments.wanted(found, command("pip", "install", "-e", "."))
    assert environments.wanted(found, command("make", "init"))
    assert not environments.wanted(found, command("make", "test", role="test"))
    assert not environments.wanted(found, command("npm", "ci", dir="web"))
    assert not environments.wanted(found, command("uv", "sync"))
    assert not environments.wanted({"components": [{"dir": ".", "system": "poetry"}]}, command("poetry", "install"))


def test_it_is_made_hidden_from_git_and_then_used(tmp_path):
    given = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    argv, environment = environments.making(("sh", "-c", "command -v python; echo $0 $1", "a", "b c"), given, tmp_path)
    done = subprocess.run(argv, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines() == [str(tmp_path / ".venv/bin/python"), "a b c"], done.stderr
    assert (tmp_path / ".venv" / ".gitignore").read_text() == "*\n"
    later = environments.inside(given, tmp_path, tmp_path / "deep" / "er")
    assert later["PATH"].startswith(str(tmp_path / ".venv/bin")) and later["VIRTUAL_ENV"] == str(tmp_path / ".venv")
    assert environments.making(("pip", "install"), later, tmp_path) == (("pip", "install"), later)


def test_nothing_above_the_repository_and_no_link_is_used(tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    root = tmp_path / "repo"
    root.mkdir()
    assert environments.inside({"PATH": "/bin"}, root, root) == {"PATH": "/bin"}
    (root / ".venv").symlink_to(tmp_path / ".venv")
    assert environments.inside({"PATH": "/bin"}, root, root) == {"PATH": "/bin"}
