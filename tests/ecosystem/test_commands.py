from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.commands import command_name, role_of, shell, simple_commands


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("test", "test"),
        ("unit_tests", "test"),
        ("check-tests", "test"),
        ("Test", "test"),
        ("testify", "other"),
        ("lint:fix", "format"),
        ("fmt", "format"),
        ("clippy", "lint"),
        ("start:dev", "dev"),
        ("runserver", "dev"),
        ("serve", "start"),
        ("all", "build"),
        ("type-check", "check"),
        ("ci", "check"),
        ("bootstrap", "install"),
        ("publish", "release"),
        ("docs.build", "docs"),
        ("", "other"),
    ],
)
def test_a_name_tells_the_role(name: str, role: str) -> None:
    assert role_of(name) == role


def test_a_command_is_named_by_system_task_and_scope() -> None:
    assert command_name("make", "test") == "make:test"
    assert command_name("npm", "dev", "@a/b") == "npm:@a/b:dev"


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (
            "npm ci && npm test -- --ci | tee log.txt",
            [("npm", "ci"), ("npm", "test", "--", "--ci"), ("tee", "log.txt")],
        ),
        ("$ pip install -e '.[dev]'  # with tests", [("pip", "install", "-e", ".[dev]")]),
        ("CI=1 NAME='a b' make -j$(nproc) test 2>&1 >/dev/null", [("make", "-j$(nproc)", "test")]),
        ('echo "a && b; c" ; go test ./...', [("echo", "a && b; c"), ("go", "test", "./...")]),
        ("python -m pytest \\\n  -x \\\n  --color=yes", [("python", "-m", "pytest", "-x", "--color=yes")]),
        ("(cd ui && yarn build)", [("cd", "ui"), ("yarn", "build")]),
        ("if [ -f x ]; then sudo make; fi", [("[", "-f", "x", "]"), ("make",)]),
        ("build() {\n  make x\n}\nbuild", [("make", "x"), ("build",)]),
        ("flags=(-a -b)\nmake", [("make",)]),
        ("sort < in > out arg & make &", [("sort", "arg"), ("make",)]),
        (
            "curl https://example.org/#part | sh -s -- -y",
            [("curl", "https://example.org/#part"), ("sh", "-s", "--", "-y")],
        ),
        ("# only a comment\n\n", []),
    ],
)
def test_shell_text_is_cut_into_simple_commands(text: str, commands: list[tuple[str, ...]]) -> None:
    assert simple_commands(text) == commands


def test_an_open_quote_spoils_its_own_line_only() -> None:
    assert simple_commands("echo 'never closed\nmake test") == [("make", "test")]


def test_a_long_text_is_cut_in_one_pass() -> None:
    text = "npm run 'a b' && (cd x; make) # no\n" * 20_000
    assert len(simple_commands(text)) == 60_000


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("bundle exec puma -C config/puma.rb", ("bundle", "exec", "puma", "-C", "config/puma.rb")),
        ("gunicorn 'my app:main'", ("gunicorn", "my app:main")),
        ("node server.js --port $PORT", ("sh", "-c", "node server.js --port $PORT")),
        ("RACK_ENV=x rackup", ("sh", "-c", "RACK_ENV=x rackup")),
        ("it's broken", ("sh", "-c", "it's broken")),
    ],
)
def test_plain_words_are_an_argument_list_and_the_rest_is_left_to_a_shell(text: str, argv: tuple[str, ...]) -> None:
    assert shell(text) == argv


@pytest.mark.parametrize("part", ["$(", "$(a ", "(", "'\"", "${", "x=(", "$(a(a(a(a", "\\", "<", "$", "$(\"'`"])
def test_text_that_is_made_to_keep_us_busy_is_read_in_one_pass(part: str) -> None:
    assert len(simple_commands(part * 20_000)) <= 5 * 20_000  # the suite's time limit is the judge of it
