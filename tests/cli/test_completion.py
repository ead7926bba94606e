"""Completion as each shell does it: the shell itself is asked what Tab would offer."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phoenix_cli.cli.completion.offering import split
from phoenix_cli.cli.completion.scripts import SCRIPTS
from tests.homes import add_repository, home_at

PROGRAMS = str(Path(sys.executable).parent)


def needs(shell):
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


@pytest.fixture
def home(phoenix):
    """Two repositories that begin alike, one of them with commands; a user's home without any settings."""
    app = home_at(phoenix.home)
    add_repository(app, "click", commands=("npm:test", "npm:test:watch", "make:build"), services=("web", "worker"))
    add_repository(app, "clap_x", commands=("cargo:build",))
    add_repository(app, "clapzx")
    app.state.close()
    user = phoenix.cwd / "user"
    user.mkdir()
    phoenix.environ |= {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "HOME": str(user)}
    return phoenix


def offered(home, *words):
    """Return what is offered for the last word, by the protocol that fish uses."""
    answer = home(*words, env={"_PHOENIX_COMPLETE": "fish"})
    assert (answer.code, answer.err) == (0, "")
    return [line.partition("\t")[0] for line in answer.out.splitlines()]


def test_commands_and_verbs(home):
    assert offered(home, "ec") == ["ecosystem"]
    words = {"ecosystem", "flow", "lock", "cache", "status", "events", "doctor", "help", "completion"}
    assert words == set(offered(home, ""))
    assert "restart" in offered(home, "ecosystem", "re")


def test_names_come_from_the_database(home):
    assert offered(home, "ecosystem", "show", "cl") == ["clap_x", "clapzx", "click"]
    assert offered(home, "ecosystem", "show", "clap_") == ["clap_x"]
    assert offered(home, "ecosystem", "run", "click", "npm:") == ["npm:test", "npm:test:watch"]
    assert offered(home, "ecosystem", "start", "click", "w") == ["web", "worker"]


def test_flags_words_after_them_and_another_home(home, tmp_path):
    assert offered(home, "events", "--fo") == ["--follow"]
    assert "--json" in offered(home, "ecosystem", "list", "--j")
    assert offered(home, "events", "--limit", "") == []
    assert offered(home, "--json", "-q", "ecosystem", "show", "cli") == ["click"]
    assert offered(home, "--home", tmp_path / "other", "ecosystem", "show", "cl") == []
    assert offered(home, "help", "exit") == ["exit-codes"]


def test_wrong_lines_and_broken_homes_offer_nothing_and_say_nothing(home):
    assert offered(home, "bogus", "") == []
    assert offered(home, "ecosystem", "bogus", "") == []
    assert offered(home, "ecosystem", "show", "--bogus", "") == ["clap_x", "clapzx", "click"]
    (home.home / "phoenix.db").write_bytes(b"this is no database" * 100)
    assert offered(home, "ecosystem", "show", "cl") == []
    shutil.rmtree(home.home)
    assert offered(home, "ecosystem", "show", "cl") == []
    assert not home.home.exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("phoenix", []),
        ("phoenix ", [""]),
        ("phoenix eco", ["eco"]),
        ("phoenix run 'a b' ", ["run", "a b", ""]),
        ("phoenix run 'a b", ["run", "a b"]),
        ('phoenix run "a', ["run", "a"]),
    ],
)
def test_a_line_is_split_as_the_shell_would(line, words):
    assert split(line) == words


def in_bash(home, line, breaks=" \t\n\"'><=;|&(:"):
    program = (
        'eval "$(phoenix completion bash)"\n'
        'COMP_LINE="$1"; COMP_POINT=${#1}; COMP_WORDBREAKS="$2"; _phoenix phoenix\n'
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program, "bash", line, breaks],
        env=home.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@needs("bash")
def test_bash(home):
    assert in_bash(home, "phoenix ecosystem show cli") == ["click"]
    assert in_bash(home, "phoenix ecosystem run click npm:te") == ["test", "test:watch"]
    assert in_bash(home, "phoenix ecosystem run click npm:te", breaks=" \t\n") == ["npm:test", "npm:test:watch"]
    assert in_bash(home, "phoenix nothing of this kind ") == []


@needs("bash")
def test_bash_has_it_registered(home):
    program = 'eval "$(phoenix completion bash)"; complete -p phoenix'
    done = subprocess.run(
        ["bash", "--norc", "-c", program], env=home.environ, capture_output=True, text=True, check=True
    )
    assert "-F _phoenix phoenix" in done.stdout


@needs("fish")
def test_fish(home):
    def ask(line):
        program = "phoenix completion fish | source; complete -C $argv[1]"
        words = ["fish", "--no-config", "-c", program, line]
        done = subprocess.run(words, env=home.environ, cwd=home.cwd, capture_output=True, text=True, check=True)
        return [row.partition("\t")[0] for row in done.stdout.splitlines()]

    assert ask("phoenix ecosystem show cli") == ["click"]
    assert ask("phoenix ecosystem run click npm:t") == ["npm:test", "npm:test:watch"]
    assert "ecosystem" in ask("phoenix ")


@needs("zsh")
def test_zsh(home):
    """Zsh completes only in its line editor, so it gets a terminal: type, press Tab, see what the line became."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(home.cwd)
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**home.environ, "TERM": "dumb", "PS1": "> "})
    try:
        os.write(terminal, b"unset zle_bracketed_paste; eval \"$(phoenix completion zsh)\"; print rea''dy\n")
        until(terminal, rb"ready\r")
        os.write(terminal, b"phoenix ecosystem run click mak\t")
        until(terminal, rb"make:build")
        os.write(terminal, b"\x15phoenix ecosystem show cli\t")
        until(terminal, rb"show click")
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def until(terminal, pattern):
    """Read until a pattern comes."""
    seen, end = b"", time.monotonic() + 30
    while not re.search(pattern, seen):
        assert select.select([terminal], [], [], max(0, end - time.monotonic()))[0], seen
        seen += os.read(terminal, 4096)


@pytest.mark.parametrize("shell", SCRIPTS)
def test_installing_writes_the_script_and_one_line_once(home, shell):
    user = Path(home.environ["HOME"])
    rc = user / f".{shell}rc"
    rc.write_text("echo mine")
    for words in (["completion", shell, "--install"], ["completion", "--install"], ["--install-completion"]):
        answer = home(*words, env={"SHELL": f"/bin/{shell}"})
        assert answer.code == 0 and "completion for" in answer.err
    if shell == "fish":
        assert (user / ".config/fish/completions/phoenix.fish").read_text() == SCRIPTS["fish"]
        assert rc.read_text() == "echo mine"
        return
    script = user / ".config/phoenix" / f"completion.{shell}"
    assert script.read_text() == SCRIPTS[shell]
    assert rc.read_text() == f'echo mine\n[ ! -r "{script}" ] || . "{script}"\n'


def test_a_shell_that_we_do_not_know(home):
    answer = home("completion", env={"SHELL": "/bin/csh"})
    assert answer.code == 2 and "one of: bash, zsh, fish" in answer.err
    assert home("--show-completion", "fish").out == SCRIPTS["fish"]
