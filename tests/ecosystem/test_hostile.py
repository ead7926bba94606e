"""Repositories that mean harm: nothing of them is executed, nothing outside of them is read, and the message is clear.

Every trap would make a canary file. The tests import, detect, list and explain, and look whether a canary sings.
"""

from __future__ import annotations

import os
import time

import pytest

from tests.gitting import commit, git, repository, write


@pytest.fixture
def canary(tmp_path):
    """A file that no command may make."""
    path = tmp_path / "canary"
    yield path
    assert not path.exists(), "something of the repository was executed"


def looked_at(phoenix, source, name):
    """Import and look in every way; return all that was printed."""
    said = []
    for words in (
        ["import", source],
        ["detect", name],
        ["commands", name],
        ["explain", name],
        ["show", name],
        ["list"],
        ["sync", name],
        ["detect", source],
    ):
        answer = phoenix("ecosystem", *words)
        assert answer.code == 0, (words, answer)
        assert "Traceback" not in answer.err
        said.append(answer.out + answer.err)
    return "".join(said)


def test_hooks_and_settings_of_the_source_do_not_run(phoenix, tmp_path, canary):
    source = repository(
        tmp_path / "src" / "evil", {"Makefile": "test:\n\ttrue\n", ".gitattributes": "* filter=x diff=x\n"}
    )
    program = tmp_path / "run.sh"
    program.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    program.chmod(0o755)
    for hook in (
        "post-checkout",
        "post-merge",
        "pre-commit",
        "reference-transaction",
        "post-index-change",
        "upload-pack",
    ):
        (source / ".git" / "hooks" / hook).write_bytes(program.read_bytes())
        (source / ".git" / "hooks" / hook).chmod(0o755)
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy", "diff.external",
        "filter.x.smudge", "filter.x.clean", "filter.x.process", "diff.x.textconv", "diff.x.command", "credential.helper",
        "uploadpack.packObjectsHook", "alias.status", "gpg.program",
    ):  # fmt: skip
        git(source, "config", key, str(program))
    looked_at(phoenix, source, "evil")


def test_a_bare_repository_inside_the_tree_does_not_run(phoenix, tmp_path, canary):
    source = repository(tmp_path / "src" / "nested", {"Makefile": "test:\n\ttrue\n"})
    inner = source / "inner"
    git(source, "init", "-q", "--bare", "inner")
    (inner / "config").write_text(f'[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = "touch {canary}; false"\n')
    (inner / "refs" / "keep").write_text("")
    (inner / "objects" / "keep").write_text("")
    commit(source)
    looked_at(phoenix, source, "nested")
    assert phoenix("ecosystem", "detect", phoenix.home / "repos").code == 0


PROGRAMS = {
    "Makefile": "X := $(shell touch {canary})\n-include gen.mk\ngen.mk:\n\ttouch {canary}\ntest:\n\t+touch {canary}\n",
    "setup.py": "open({canary!r}, 'w')\nfrom setuptools import setup\nsetup(name='x')\n",
    "noxfile.py": "open({canary!r}, 'w')\nimport nox\n@nox.session\ndef tests(session): ...\n",
    "tasks.py": "open({canary!r}, 'w')\nfrom invoke import task\n@task\ndef test(c): ...\n",
    "conftest.py": "open({canary!r}, 'w')\n",
    "dodo.py": "open({canary!r}, 'w')\n",
    "SConstruct": "open({canary!r}, 'w')\n",
    "Rakefile": "File.write('{canary}', '')\ntask :test\n",
    "Gemfile": "`touch {canary}`\nsource 'https://rubygems.org'\n",
    "x.gemspec": "`touch {canary}`\n",
    "build.gradle": "'touch {canary}'.execute()\n",
    "settings.gradle": "'touch {canary}'.execute()\ninclude 'a'\n",
    "build.sbt": "val x = sys.process.Process(\"touch {canary}\").!\n",
    "mix.exs": "System.cmd(\"touch\", [\"{canary}\"])\n",
    "flake.nix": "builtins.exec [ \"touch\" \"{canary}\" ]\n",
    "justfile": "x := `touch {canary}`\ntest:\n  true\n",
    "Taskfile.yml": "version: 3\nvars:\n  X: {{sh: 'touch {canary}'}}\ntasks:\n  test:\n    cmds: ['touch {canary}']\n",
    "package.json": '{{"name": "x", "scripts": {{"preinstall": "touch {canary}", "test": "touch {canary}"}}}}',
    ".yarnrc.yml": "yarnPath: ./evil.cjs\n",
    "evil.cjs": "require('fs').writeFileSync('{canary}', '')\n",
    "Package.swift": "import Foundation\n",
    "build.zig": "const x = 1;\n",
    "CMakeLists.txt": "project(x)\nexecute_process(COMMAND touch {canary})\n",
    "meson.build": "project('x')\nrun_command('touch', '{canary}')\n",
    "gulpfile.js": "require('fs').writeFileSync('{canary}', '')\n",
    ".envrc": "touch {canary}\n",
    "mise.toml": "[env]\n_.source = 'evil.sh'\n[tasks.test]\nrun = 'touch {canary}'\n",
    "Jakefile": "require('fs').writeFileSync('{canary}', '')\n",
    "Tiltfile": "local('touch {canary}')\n",
    "docker-compose.yml": "services:\n  web:\n    build: .\n    command: touch {canary}\n",
    "Procfile": "web: touch {canary}\n",
    ".mvn/extensions.xml": "<extensions/>",
    "pom.xml": "<project><artifactId>x</artifactId></project>",
    "elm.json": "{{}}",
    "dune-project": "(lang dune 3.0)\n",
}  # fmt: skip


def test_build_files_are_read_and_never_run(phoenix, tmp_path, canary):
    files = {name: text.format(canary=str(canary)) for name, text in PROGRAMS.items()}
    source = repository(tmp_path / "src" / "programs", files)
    for mode in ("gradlew", "mvnw", "configure"):
        write(source, {mode: f"#!/bin/sh\ntouch {canary}\n"})
        (source / mode).chmod(0o755)
    commit(source)
    said = looked_at(phoenix, source, "programs")
    for system in (
        "make",
        "setuptools",
        "nox",
        "rake",
        "gradle",
        "sbt",
        "mix",
        "just",
        "task",
        "npm",
        "cmake",
        "meson",
        "compose",
        "procfile",
    ):
        assert system in said, system


def test_links_that_lead_outside_are_not_read(phoenix, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    write(
        secret,
        {
            "package.json": '{"name": "x", "scripts": {"test": "SECRET-WORD"}}',
            "Cargo.toml": '[package]\nname = "SECRET-WORD"\n',
        },
    )
    source = repository(tmp_path / "src" / "links", {"Makefile": "test:\n\ttrue\n"})
    (source / "package.json").symlink_to(secret / "package.json")
    (source / "pyproject.toml").symlink_to("../../secret/Cargo.toml")
    (source / "sub").symlink_to(secret)
    commit(source)
    said = looked_at(phoenix, source, "links")
    assert "SECRET-WORD" not in said
    systems = {one["system"] for one in phoenix("ecosystem", "detect", source, "--json").json["components"]}
    assert systems == {"make"}


def test_names_cannot_be_options_and_control_characters_are_shown_not_sent(phoenix, tmp_path, canary):
    files = {
        "--upload-pack=x/package.json": '{"name": "a", "scripts": {"test": "true"}}',
        "-oProxyCommand=y/Makefile": "test:\n\ttrue\n",
        "a\x1b[2Jb/Makefile": "test:\n\ttrue\n",
        "new\nline/Makefile": "test:\n\ttrue\n",
        "package.json": '{"name": "n\\u001b[31m", "scripts": {"test\\u001b]0;x\\u0007": "echo", "\\u202elive": "x"}}',
    }
    source = repository(tmp_path / "src" / "names", files)
    write(source, {os.fsdecode(b"bad\xff/Makefile"): "test:\n\ttrue\n"})
    commit(source)
    said = looked_at(phoenix, source, "names")
    assert not [char for char in said if (ord(char) < 32 and char not in "\n\t") or char in "\x7f\x9b\u202e"]
    assert phoenix("ecosystem", "detect", source, "--json").json["components"]  # whatever the names, it is one document


YAML_BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {x0: 1, y0: 2}\n" + "".join(
    f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], x{n}: 1}}\n" for n in range(1, 40)
)
XML_BOMB = (
    '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n else str()};" * 10}">' for n in range(9))
    + "]><project>&a8;</project>"
)
BOMBS = {
    "docker-compose.yml": YAML_BOMB,
    ".github/workflows/ci.yml": MERGE_BOMB,
    ".github/workflows/deep.yml": "[" * 100_000,
    "pnpm-workspace.yaml": "[" * 100_000,
    "pom.xml": XML_BOMB,
    "a/package.json": "[" * 200_000,
    "b/pyproject.toml": "a = " + "[" * 100_000,
    "c/composer.json": '{"scripts": ' * 50_000,
    "d/Cargo.toml": "x",
    "e/Makefile": "a" * 3_000_000,
    "f/justfile": "x := " + "(" * 100_000,
    "g/CMakeLists.txt": "project(" + "a" * 1_000_000,
    "h/setup.py": "(" * 100_000,
    "i/Rakefile": "task :" * 100_000,
    "j/README.md": "```sh\n" * 100_000,
    "README.md": "```sh\n" + "make test\n" * 100_000,
}  # fmt: skip


def test_bombs_cost_little_and_are_named(phoenix, tmp_path):
    source = repository(tmp_path / "src" / "bombs", BOMBS)
    before = time.monotonic()
    answer = phoenix("ecosystem", "detect", source, "--json")
    assert answer.code == 0, answer.err
    assert time.monotonic() - before < 20  # any of them, unbounded, takes minutes or gigabytes
    named = {problem["file"] for problem in answer.json["problems"]}
    assert {"docker-compose.yml", "pom.xml", "a/package.json", "b/pyproject.toml", "e/Makefile"} <= named


def test_a_manifest_of_100_megabytes_is_named_and_not_read(phoenix, tmp_path):
    folder = tmp_path / "huge"
    folder.mkdir()
    with (folder / "package.json").open("wb") as file:
        file.truncate(100_000_000)
    answer = phoenix("ecosystem", "detect", folder, "--json")
    assert answer.code == 0
    assert [one["system"] for one in answer.json["components"]] == ["npm"]
    assert "larger than" in answer.json["problems"][0]["message"]


def test_a_pipe_in_a_files_place_does_not_block(phoenix, tmp_path):
    folder = tmp_path / "pipes"
    folder.mkdir()
    os.mkfifo(folder / "Makefile")
    os.mkfifo(folder / "package.json")
    assert phoenix("ecosystem", "detect", folder, timeout=20).code == 0


@pytest.mark.parametrize(
    "source",
    [
        "ext::sh -c touch% {canary}", "--upload-pack=touch {canary}", "-x", "ssh://-oProxyCommand=touch%20{canary}/x/y",
        "https://example.org/a\nb", "owner/../../etc", "owner/.git", "a/b/c/d e", "fd::17/x", "file:///nonexistent/x", "",
        "git@-oProxyCommand=x:a/b", "https://user:pa ss@host/x", "\x1b[2J/x", "owner/re\u202epo",
    ],
)  # fmt: skip
def test_sources_that_are_none_are_refused_with_a_hint(phoenix, canary, source):
    answer = phoenix("ecosystem", "import", "--", source.format(canary=canary))
    assert answer.code in (2, 3), answer
    assert "error:" in answer.err and "Traceback" not in answer.err
    assert not [char for char in answer.err if ord(char) < 32 and char != "\n"]
    assert not (phoenix.home / "repos").exists() or not list((phoenix.home / "repos").iterdir())


def test_a_submodule_with_a_command_for_an_address_is_not_fetched(phoenix, tmp_path, canary):
    source = repository(tmp_path / "src" / "sub", {"Makefile": "test:\n\ttrue\n"})
    write(source, {".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::touch {canary}\n'})
    git(source, "add", ".gitmodules")
    git(source, "update-index", "--add", "--cacheinfo", f"160000,{git(source, 'rev-parse', 'HEAD')},x")
    git(source, "commit", "-q", "-m", "submodule")
    looked_at(phoenix, source, "sub")
