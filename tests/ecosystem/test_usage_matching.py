from __future__ import annotations

import shlex

import pytest

from phoenix_cli.ecosystem.usage_matching import Act, acts_of


def words_of(line: str) -> list[str]:
    return [" ".join(act.words).strip() for act in acts_of(tuple(shlex.split(line)))]


@pytest.mark.parametrize(
    "lines",
    [
        ["pytest", "python -m pytest -x", "uv run pytest tests", "uv run --group dev python3 -m pytest", "poetry run pytest"],
        ["pytest", "coverage run -m pytest", "python3.12 -mpytest"],
        ["npm test", "npm t", "npm run test", "yarn test", "pnpm run test -- --ci", "bun run test", "deno task test"],
        ["composer test", "composer run test", "composer run-script test"],
        ["./gradlew check -x lint", "gradle check --stacktrace", "./gradlew :check"],
        ["./mvnw -B verify", "mvn verify -Dstyle.color=always"],
        ["rake test", "bundle exec rake test"],
        ["phpunit", "./vendor/bin/phpunit --testdox", "php vendor/bin/phpunit", "php8.3 vendor/bin/phpunit -v"],
        ["jest", "npx jest --ci", "node_modules/.bin/jest", "yarn exec jest"],
        ["manage.py test", "./manage.py test", "python manage.py test --parallel"],
        ["cargo test", "cargo +nightly test --workspace", "cross test"],
        ["go test", "go test -race ./...", "gotestsum ./..."],
        ["scripts/test", "./scripts/test", "sh scripts/test", "bash ./scripts/test -v"],
        ["tox -e py", "tox run -e py -- -x", "python -m tox -e py"],
        ["nox -s tests", "pipx run nox --session tests"],
        ["nx build", "npx nx run-many -t build", "nx run-many --target=build --all", "nx affected -t build"],
        ["docker compose up", "docker-compose up -d", "docker compose -f dev.yml up"],
        ["dune test", "dune runtest", "dune build @runtest", "opam exec -- dune test"],
        ["pre-commit run", "prek run --all-files", "uvx pre-commit run -a"],
        ["yarn install", "yarn", "yarn install --immutable"],
        ["npm install", "npm ci", "npm i"],
    ],
)  # fmt: skip
def test_spellings_of_one_deed(lines: list[str]) -> None:
    assert len({tuple(words_of(line)) for line in lines}) == 1, [words_of(line) for line in lines]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("make", ["make"]),
        ("make -j8 all check CC=clang", ["make all", "make check"]),
        ("@make test", ["make test"]),
        ("./gradlew assemble test", ["gradle assemble", "gradle test"]),
        ("just test unit", ["just test"]),
        ("mise run build", ["mise build"]),
        ("tox -e py,lint", ["tox py", "tox lint"]),
        ("cmake -B build", ["cmake"]),
        ("cmake --build build", ["cmake --build"]),
        ("bun test", ["bun test"]),
        ("yarn workspace ui test", ["script test ui"]),
        ("/usr/bin/env", ["env"]),
        ("sh -c 'cmake -B build && cmake --build build'", ["cmake", "cmake --build"]),
    ],
)
def test_what_a_line_does(line: str, words: list[str]) -> None:
    assert words_of(line) == words


@pytest.mark.parametrize(
    ("line", "dir"),
    [
        ("make -C lib check", "lib"),
        ("npm --prefix ui run build", "ui"),
        ("pnpm -C apps/web build", "apps/web"),
        ("cargo test --manifest-path ./core/Cargo.toml", "core"),
        ("mvn -f server/pom.xml verify", "server"),
        ("sh -c 'cd docs && make html'", "docs"),
        ("make check", ""),
    ],
)
def test_flags_may_lead_to_another_folder(line: str, dir: str) -> None:
    assert {act.dir for act in acts_of(tuple(shlex.split(line)))} == {dir}


def test_a_folder_flag_starts_from_where_the_line_is_run() -> None:
    assert acts_of(("make", "-C", "../lib"), "apps") == (Act("lib", ("make", "")),)
