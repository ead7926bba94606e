"""What role a make target plays: by its name, by what its recipe runs, and by what it needs."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.buildsystems.makefile_text import Makefile, Target, expand
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Role

_FLAGS = r"\s++(?:-\S++\s++)*+"  # takes no word back: a recipe may have hundreds of flags
_TESTS = re.compile(
    r"\b(?:pytest|ctest|gotestsum|nextest|tox|nox|prove|bats|rspec|jest|vitest|phpunit|busted|ginkgo)\b"
    r"|\b(?:go|cargo|npm|pnpm|yarn|bun|deno|mvnw?|gradlew?|swift|build|dotnet|mix|dune|stack|cabal|lein|sbt|crystal"
    rf"|manage\.py|poetry run|run){_FLAGS}(?:test|spec)s?\b"
    r"|-m unittest|\$[({]MAKE[)}][^;&|]*\s[\w-]*tests?[\w-]*"
)
_LINTS = re.compile(
    r"\b(?:golangci-lint|flake8|pylint|mypy|eslint|clippy|shellcheck|cppcheck|staticcheck|yamllint|hadolint|clang-tidy"
    r"|scan-build|rubocop|credo|phpstan|psalm|phpcs|pre-commit run)\b|\bruff (?:check\b|\S*\.)|\bgo vet\b"
    r"|\b(?:black|isort|prettier|fmt|format)\b.*--check"
)
_COMPILES = re.compile(
    r"\$[({](?:CC|CXX|LD|LINK\.?\w*|AR|FC|GCC|CPP|COMPILE\.?\w*|HOSTCC|LIBTOOL)[)}]"
    r"|\b(?:gcc|g\+\+|clang(?:\+\+)?|cc|c\+\+|rustc|ocamlopt|nvcc|javac|ghc|as|ld)\s"
    r"|\b(?:go|cargo|swift|zig|dotnet|stack|cabal|dune|poetry|uv|hatch|nimble|shards|npm run|pnpm|yarn|python3? -m|meson"
    rf"|cmake --|docker|mvn\S*){_FLAGS}(?:build|compile|package|publish)\b"
    r"|\b(?:tsc|webpack|esbuild|rollup|ninja|latexmk|pdflatex|xelatex)\b|scripts?/\w*build\w*"
)
_GETS_DEPENDENCIES = re.compile(
    r"\b(?:npm|pnpm|yarn|bun|composer|bundle|poetry|pdm|pipenv|uv|pixi|rush|deno|dart|flutter|opam|helm|conda|mamba)"
    rf"{_FLAGS}(?:i|ci|install|sync|pub get|dependency|env create|env update|add)\b|\byarn\s*$"
    r"|\bpip3?\s+install\s+.*(?:-r|--requirement|-e|--editable|--group|\.\[|-U|--upgrade)"
    r"|\b(?:go mod (?:download|vendor|tidy)|go get|cargo fetch|mix deps\.get|shards install|lein deps|bower install"
    r"|brew bundle|cabal update|pod install|jb install)\b"
    rf"|\b(?:apt|apt-get|brew|dnf|yum|apk|pacman){_FLAGS}(?:install|add|-S)\b|\bvirtualenv\b|-m venv\b",
    re.MULTILINE,
)
_PUTS_ON_SYSTEM = re.compile(
    r"\$[({]?(?:DESTDIR|PREFIX|prefix|bindir|INSTALL\w*|libdir|includedir|GOPATH|GOBIN)\b|\binstall -|/usr/"
    r"|\bgo install\b|\bcargo install\b|\bpip3? install \.?(?:\s|$)|\bsudo\b"
)
_RUNS_APP = re.compile(
    r"(?:start|serve|dev|run[-_](?:server|api|app|web|backend|frontend|dev|local|prod|docker|all))(?:[-_].*)?"
)
_TEST_FOLDER = re.compile(r"(?:.*[-_])?(?:tests?|regress|regression|testing)(?:[-_].*)?")
#: Variables whose name says more than their value.
_KEPT = frozenset({"CC", "CXX", "AR", "LD", "PREFIX", "DESTDIR"})
MAX_NEEDS = 60
MAX_RECIPE = 8_000


def role_of_target(target: Target, made: Makefile, folder_name: str = "") -> tuple[Role, float]:
    """Return the target's role and how sure it is that this is the role's main target."""
    text = expand_recipe(target, made)
    runs = roles_run(target, made)
    role, sure = judge(target.name, text)
    if role == "install":
        return _install(target.name, f"{text}\n{_texts_of_needs(target, made)}")
    if target.name == made.default and (role in ("build", "other") or "build" in _runs_itself(target, made)):
        return _default_goal(runs, folder_name, text)
    if role == "build" and runs & {"test", "lint"}:
        return "check", 0.7
    if role == "build" and "docker" in text and not _COMPILES.search(re.sub(r".*docker.*", "", text)):
        return "build", 0.6
    if role == "check" and "test" in runs and "lint" not in runs:
        return "test", 0.7 if "test" in made.targets else 0.9
    if role == "check" and runs == {"lint"}:
        return "lint", 0.5 if "lint" in made.targets else 0.8
    if role in ("start", "dev") and sure < 0.9 and not _RUNS_APP.fullmatch(target.name):
        return "other", 0.6  # run-govulncheck starts nothing
    if role in ("start", "dev") and re.search(r"(?:^|[\s/])(?:tests?|docs?|examples?)/", text):
        return "other", 0.6  # the server that the tests talk to
    if role == "other" and ("lint" in re.split(r"[-_.]", target.name.lower()) or runs == {"lint"}):
        return "lint", 0.7 if runs == {"lint"} and "-" not in target.name else 0.6
    return role, sure


def _default_goal(runs: set[str], folder_name: str, text: str) -> tuple[Role, float]:
    """Judge what bare ``make`` does: cobra's formats and tests, which is no build; a test folder's runs the tests."""
    if "build" not in runs and _TEST_FOLDER.fullmatch(folder_name.lower()):
        return "test", 0.9
    if runs & {"test", "lint"}:
        return "check", 0.7
    if "build" in runs:
        return "build", 0.94
    return (
        ("other", 0.7)
        if re.search(r"\bhelp\b|echo|printf|awk|\bsed\s+-n|\bcat\b|MAKEFILE_LIST", text)
        else ("build", 0.6)
    )


def _install(name: str, text: str) -> tuple[Role, float]:
    """Tell the dependencies' install from the program's: ``make install`` of a C project copies files to the system."""
    if _GETS_DEPENDENCIES.search(text):
        return "install", 0.9
    if name == "install" or _PUTS_ON_SYSTEM.search(text):
        return "other", 0.7
    return ("install", 0.6) if name not in ("init", "sync", "setup") else ("other", 0.6)


def roles_run(target: Target, made: Makefile) -> set[str]:
    """Return which of build, test and lint a target runs, itself or through what it needs."""
    found = set(_runs_itself(target, made))
    for need in _closure(target, made):
        found |= _role_by_name(need.name) | _runs_itself(need, made)
    return found


def _runs_itself(target: Target, made: Makefile) -> frozenset[str]:
    if target.name not in made.runs:
        text = expand_recipe(target, made)
        found = {
            role for role, pattern in (("test", _TESTS), ("lint", _LINTS), ("build", _COMPILES)) if pattern.search(text)
        }
        if any(word.endswith((".o", ".a", ".so")) or "OBJ" in word for word in target.needs):
            found.add("build")
        made.runs[target.name] = frozenset(found)
    return made.runs[target.name]


def _closure(target: Target, made: Makefile) -> list[Target]:
    """Return what a target needs, and what that needs, each once and not without end."""
    seen = {target.name: target}
    pending = list(target.needs)
    while pending and len(seen) < MAX_NEEDS:
        need = made.targets.get(pending.pop())
        if need is not None and need.name not in seen:
            seen[need.name] = need
            pending += need.needs
    return list(seen.values())[1:]


def _role_by_name(name: str) -> set[str]:
    role, _ = judge(name)
    return {role} if role in ("test", "lint", "build") else set()


def _texts_of_needs(target: Target, made: Makefile) -> str:
    return "\n".join(expand_recipe(need, made) for need in _closure(target, made)[:10])


def _without_kept(made: Makefile) -> dict[str, str]:
    if not made.plain:  # made once: a makefile may have thousands of variables, and of recipes
        made.plain = {name: value for name, value in made.variables.items() if name not in _KEPT}
    return made.plain


def expand_recipe(target: Target, made: Makefile) -> str:
    """Return the recipe with its plain variables replaced, ``$(GO) test`` as ``go test``; compilers stay as they are."""
    known = made.variables if _KEPT.isdisjoint(made.variables) else _without_kept(made)
    return "\n".join(expand(line, known, 2)[:MAX_RECIPE] for line in target.recipe[:100])[:MAX_RECIPE]
