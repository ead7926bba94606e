"""Rules of the house that no single module can keep."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HEAVY = {"typer", "yaml", "git", "sqlite_utils", "sqlite3", "rich", "asyncio", "psutil", "subprocess", "json"}


def modules_of(*argv):
    """Return the modules that a fresh interpreter holds after a command line."""
    program = "import sys\nfrom phoenix_cli.cli import run\ncode = run(sys.argv[1:])\nsys.stderr.write(chr(10).join(sys.modules))\nsys.exit(code)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}", *argv],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize("argv", [[], ["--help"], ["--version"], ["help", "states"]])
def test_the_cheap_answers_import_nothing_heavy(argv):
    assert not modules_of(*argv) & HEAVY


def test_every_entry_of_the_root_table_is_there_with_the_same_help():
    import importlib

    import typer.main

    from phoenix_cli.cli.table import COMMANDS

    for name, entry in COMMANDS.items():
        command = typer.main.get_command(importlib.import_module(entry.module).app)
        assert command.help.split("\n")[0].startswith(entry.help.rstrip(".")), name


def every_command():
    """Yield every command with its words, without the first one."""
    import importlib

    import typer.main

    from phoenix_cli.cli.table import COMMANDS

    for name, entry in COMMANDS.items():
        command = typer.main.get_command(importlib.import_module(entry.module).app)
        yield name, command
        yield from ((f"{name} {verb}", found) for verb, found in getattr(command, "commands", {}).items())


def parsed(line, commands):
    """Read a line as the command line would, without carrying it out; return the command's words."""
    import shlex

    from phoenix_cli.cli.flags import take_flags

    typed = shlex.split(line.partition(" | ")[0].partition(" #")[0])[1:]
    if typed[:2] == ["ecosystem", "click"]:
        typed = ["ecosystem", "test", "click"]  # the form with the repository first
    name = next(name for name in (" ".join(typed[:2]), typed[0]) if name in commands)
    _, rest = take_flags(typed[len(name.split()) :])
    commands[name].make_context(name, rest, resilient_parsing="--help" in rest).close()
    return name


def test_every_example_in_the_help_is_one_that_the_parser_takes():
    from phoenix_cli.cli.examples import EXAMPLES

    commands = dict(every_command())
    assert set(EXAMPLES) <= set(commands)
    for words, lines in EXAMPLES.items():
        for line in lines:
            assert "$(" in line or parsed(line, commands) == words or words in ("ecosystem", "flow"), line


@pytest.mark.parametrize(
    "path",
    ["README.md", "CONTRIBUTING.md", "docs/json.md", "docs/detection.md", "docs/flows.md", "docs/builtin-flows.md"],
)
def test_documents_show_lines_that_work_and_link_to_what_is_there(path):
    commands = dict(every_command())
    text = (ROOT / path).read_text(encoding="utf-8")
    for line in re.findall(r"^\$ (phoenix .*)$", text, re.MULTILINE):
        assert parsed(line, commands), line
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / path).parent.joinpath(target).exists(), target


def test_every_command_explains_itself_and_its_parameters():
    for name, command in every_command():
        assert command.help and command.help.endswith("."), name
        for parameter in command.params:
            assert parameter.name == "help" or getattr(parameter, "help", ""), (name, parameter.name)


def test_every_operation_loads_is_documented_and_gets_what_it_needs():
    from phoenix_cli.app import App
    from phoenix_cli.operations import BY_NAME, OPERATIONS

    assert len(BY_NAME) == len(OPERATIONS)
    assert len({(one.method, one.path) for one in OPERATIONS}) == len(OPERATIONS)
    for operation in OPERATIONS:
        function = operation.load()
        parameters = inspect.signature(function).parameters
        assert inspect.getdoc(function), operation.name
        assert all(one.kind is one.KEYWORD_ONLY for one in parameters.values()), operation.name
        assert all(one.annotation is not one.empty for one in parameters.values()), operation.name
        assert set(operation.needs) <= set(parameters), operation.name
        known = set(dir(App)) | set(App.__annotations__)
        assert set(operation.needs) <= known, operation.name
        assert (operation.method == "GET") == (operation.effect == "read"), operation.name


def test_every_operation_is_used_by_the_command_line():
    from phoenix_cli.operations import OPERATIONS

    text = "".join(path.read_text() for path in (ROOT / "phoenix_cli" / "cli").rglob("*.py"))
    assert [one.name for one in OPERATIONS if f'"{one.name}"' not in text] == []


def test_the_schema_version_counts_the_steps():
    import sqlite3

    from sqlite_utils import Database

    from phoenix_cli.kernel.state.migrations import STEPS
    from phoenix_cli.kernel.state.version import SCHEMA_VERSION

    connection = sqlite3.connect(":memory:")
    assert len(STEPS.pending(Database(connection))) == SCHEMA_VERSION
    connection.close()


def test_pins_name_no_place():
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text and "--" not in text
    lines = [line.split(";")[0].strip() for line in text.splitlines()]
    assert all(re.fullmatch(r"[a-z0-9._-]+==[^ ]+", line) for line in lines if line)


def test_the_layers_hold():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_layer_below_the_surfaces_prints_or_reads_the_environment():
    allowed = {"app.py", "keeper.py"}
    allowed |= {"worker.py", "worker_job.py"}  # processes of their own, whose environment is a job's
    for path in (ROOT / "phoenix_cli").rglob("*.py"):
        if "cli" in path.relative_to(ROOT / "phoenix_cli").parts or path.name in allowed:
            continue
        text = path.read_text()
        assert not re.search(r"^\s*print\(|os\.environ\b|os\.getenv|Path\.home\(", text, re.MULTILINE), path
