"""What a command line is for, judged by the tool that it runs: ``pytest`` tests, ``ruff check`` lints, ``mypy`` checks."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.commands import role_of
from phoenix_cli.ecosystem.facts import Role
from phoenix_cli.ecosystem.shell_words import simple_commands
from phoenix_cli.ecosystem.usage_matching import Act, acts_of

_TOOLS: dict[Role, str] = {
    "test": r"pytest|unittest|nose2|nosetests|trial|tox|nox|stestr|ward|prove|raco test|busted|rspec|phpunit|pest|ctest|jest"
            r"|vitest|mocha|ava|tap|jasmine|karma|bats|shellspec"
            r"|(?:cargo|go|dotnet|mix|swift|flutter|dart|deno|bun|stack|cabal|dune|gleam|bazel|buck2|forge|luarocks|nimble|dub"
            r"|manage\.py|artisan|terraform|rails|helm|lein|mill|molecule) test|sbt \+?test|crystal spec"
            r"|(?:gradle|mvn) (?:test|check|verify|integrationTest)|(?:rake|rails) (?:test|spec)|elm-test|rebar3 (?:eunit|ct)"
            r"|invoke tests?|behave|cucumber|codecept|behat",
    "lint": r"ruff check|flake8|pylint|pycodestyle|eslint|biome|oxlint|golangci-lint|staticcheck|revive|go vet|cargo clippy"
            r"|rubocop|standardrb|erb_lint|shellcheck|luacheck|hlint|phpstan|psalm|phpcs|phpmd|pre-commit|markdownlint(?:-cli2)?|yamllint"
            r"|actionlint|stylelint|swiftlint|ktlint|clj-kondo|ansible-lint|tflint|hadolint|deno lint|mix credo|ameba|cppcheck"
            r"|clang-tidy|reek|brakeman|textlint|bandit|vulture|xo|standard|helm lint|detekt",
    "check": r"mypy|pyright|basedpyright|ty|pytype|pyre|tsc|vue-tsc|svelte-check|cargo check|mix dialyzer|flow|sorbet|srb|steep",
    "format": r"black|isort|ruff format|prettier|gofmt|gofumpt|goimports|cargo fmt|mix format|rustfmt|clang-format|stylua|shfmt"
              r"|deno fmt|terraform fmt|dprint",
    "install": r"(?:pip|pip3|npm|pnpm|yarn|bun|bundle|composer|poetry|pdm|pipenv|shards|luarocks|uv|deno|conda|mamba)"
               r" (?:install|ci|sync|pip)|mix deps\.get|go mod|cargo fetch|lein deps|opam install|dotnet restore",
    "build": r"(?:cargo|go|dotnet|swift|zig|stack|cabal|dune|flutter|uv|poetry|pdm|hatch|flit|gem|bazel|buck2|docker|crystal|hugo"
             r"|mkdocs|mdbook|jekyll|gleam|nix|meson|vite|next) build|build|mix compile|cmake --build|ninja|webpack|rollup"
             r"|(?:mvn|gradle) (?:package|assemble|build|install|compile)|elm make",
}  # fmt: skip
_PATTERNS = tuple((role, re.compile(f"(?:{pattern})")) for role, pattern in _TOOLS.items())
_NAMED = frozenset(
    (
        "script",
        "composer",
        "make",
        "just",
        "task",
        "mise",
        "rake",
        "poe",
        "invoke",
        "tox",
        "nox",
        "nx",
        "turbo",
        "moon",
        "lerna",
    )
)


def role_of_act(act: Act) -> Role:
    """Return what an act is for; ``other`` when neither its tool nor its task's name tells."""
    words = " ".join(act.words[:2])
    if act.words[0] in _NAMED and len(act.words) > 1 and act.words[1]:
        named = role_of(act.words[1])
        if named != "other":
            return named
    return next(
        (role for role, pattern in _PATTERNS if pattern.fullmatch(words) or pattern.fullmatch(act.words[0])), "other"
    )


def roles_in(text: str) -> set[Role]:
    """Return what the commands of a script or a recipe are for."""
    return {role_of_act(act) for argv in simple_commands(text) for act in acts_of(argv)} - {"other"}
