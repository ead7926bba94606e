from __future__ import annotations

import shlex
from collections.abc import Iterable

from phoenix_cli.ecosystem.code_shape import Code
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Origin, Place, Role, Usage
from phoenix_cli.ecosystem.primary import choose_primary
from phoenix_cli.ecosystem.usage_evidence import Evidences

HERE = Evidence("f", 1, "rule")


def command(
    name: str, line: str, role: Role, sure: float = 0.9, origin: Origin = "default", dir: str = "", text: str = ""
) -> Command:
    return Command(name, role, tuple(shlex.split(line)), dir, HERE, origin=origin, confidence=sure, text=text)


def component(
    system: str, *commands: Command, dir: str = "", language: str = "make", place: Place = "root"
) -> Component:
    return Component(dir, system, language, 0.9, (HERE,), commands=commands, place=place)


def ci(*lines: str, dir: str = "") -> list[Usage]:
    return [Usage(tuple(shlex.split(line)), dir, "ci", HERE) for line in lines]


def choose(
    role: Role, components: Iterable[Component], usages: Iterable[Usage] = (), shares: dict[str, float] | None = None
) -> str | None:
    return choose_primary(list(components), Evidences(usages), Code(shares or {}))[role]


CARGO = component("cargo", command("cargo:test", "cargo test", "test", 0.85), language="rust")
MAKE = component("make", command("make:test", "make test", "test", 0.9, "runner"))


def test_the_runner_that_wraps_a_tool_goes_before_the_tool() -> None:
    assert choose("test", [CARGO, MAKE]) == "make:test"


def test_what_ci_runs_goes_before_a_runner_that_nobody_is_seen_to_use() -> None:
    assert choose("test", [CARGO, MAKE], ci("cargo test --all")) == "cargo:test"
    assert choose("test", [CARGO, MAKE], ci("cargo test --all", "make test")) == "make:test"


def test_a_recipe_that_runs_what_ci_runs_is_as_good_as_seen() -> None:
    wrapping = component("make", command("make:test", "make test", "test", 0.9, "runner", text="@cargo test --all\n"))
    assert choose("test", [CARGO, wrapping], ci("cargo test --all")) == "make:test"


def test_ci_decides_between_variants_that_are_nearly_as_sure() -> None:
    npm = component(
        "npm",
        command("npm:test", "npm test", "test", 0.8, "script"),
        command("npm:test:ci", "npm run test:ci", "test", 0.75, "script"),
    )
    assert choose("test", [npm]) == "npm:test"
    assert choose("test", [npm], ci("npm run test:ci")) == "npm:test:ci"


def test_a_variant_in_ci_does_not_replace_the_main_script() -> None:
    npm = component(
        "npm",
        command("npm:test", "npm test", "test", 0.95, "script"),
        command("npm:e2e", "npm run e2e", "test", 0.5, "script"),
    )
    assert choose("test", [npm], ci("npm run e2e")) == "npm:test"


def test_the_main_language_goes_before_the_others_at_the_root() -> None:
    composer = component("composer", command("composer:install", "composer install", "install"), language="php")
    npm = component("npm", command("npm:install", "npm ci", "install"), language="javascript")
    assert choose("install", [npm, composer], ci("npm ci"), {"php": 1.0, "javascript": 0.1}) == "composer:install"
    assert choose("install", [npm, composer], ci("npm ci"), {"php": 0.1, "javascript": 1.0}) == "npm:install"


def test_a_guess_that_nothing_confirms_is_left_out() -> None:
    guess = component("x", command("x:start", "x run", "start", 0.4))
    assert choose("start", [guess]) is None
    assert choose("start", [guess], ci("x run")) == "x:start"


def test_a_watcher_runs_no_application() -> None:
    assert choose("dev", [component("make", command("make:watch", "make watch", "dev", 0.8, "runner"))]) is None
    assert choose("dev", [component("make", command("make:dev", "make dev", "dev", 0.8, "runner"))]) == "make:dev"


def test_a_side_lint_is_not_the_lint() -> None:
    tasks = component(
        "just",
        command("just:shellcheck", "just shellcheck", "lint", 0.9, "runner"),
        command("just:lint", "just lint", "lint", 0.9, "runner"),
    )
    assert choose("lint", [tasks], ci("shellcheck install.sh")) == "just:lint"


def test_one_server_may_be_both_start_and_dev() -> None:
    django = component(
        "uv", command("uv:start", "python manage.py runserver", "start", 0.9, "framework"), language="python"
    )
    built = component("npm", command("npm:start", "npm start", "start", 0.9, "script", text="node dist/main.js"))
    assert choose("dev", [django]) == "uv:start"
    assert choose("dev", [built]) is None


def nested(dir: str, role: Role, line: str) -> Component:
    offered = command(f"pnpm:{dir}:{role}", line, role, 0.95, "script", dir)
    return component("pnpm", offered, dir=dir, language="javascript", place="nested")


ROOT = component("uv", command("uv:check", "uv run mypy", "check"), language="python")


def test_folders_below_answer_for_what_ci_runs_there() -> None:
    assert choose("build", [ROOT, nested("worker", "build", "pnpm build")]) is None
    used = ci("pnpm run build --mode production", dir="worker")
    assert choose("build", [ROOT, nested("worker", "build", "pnpm build")], used) == "pnpm:worker:build"
    assert (
        choose("install", [ROOT, nested("worker", "install", "pnpm install")], ci("pnpm install", dir="worker")) is None
    )


def test_the_only_frontend_is_built_and_developed() -> None:
    assert choose("build", [ROOT, nested("src-ui", "build", "pnpm build")]) == "pnpm:src-ui:build"
    assert choose("dev", [ROOT, nested("web", "dev", "pnpm dev")]) == "pnpm:web:dev"
    assert choose("build", [ROOT, nested("web", "build", "pnpm build"), nested("admin", "build", "pnpm build")]) is None


def test_without_code_at_the_root_the_main_folder_answers() -> None:
    core = component(
        "cargo",
        command("cargo:core:test", "cargo test", "test", dir="core"),
        dir="core",
        language="rust",
        place="nested",
    )
    node = component(
        "npm",
        command("npm:b:test", "npm test", "test", 0.95, "script", "bindings/node"),
        dir="bindings/node",
        language="javascript",
        place="nested",
    )
    actions = component("github-actions")
    assert choose("test", [actions, node, core], shares={"rust": 1.0, "javascript": 0.2}) == "cargo:core:test"


def test_low_places_are_never_primary() -> None:
    example = component(
        "npm",
        command("npm:e:test", "npm test", "test", 0.95, "script", "examples/e"),
        dir="examples/e",
        place="example",
    )
    assert choose("test", [example], ci("npm test", dir="examples/e")) is None


def test_a_side_task_is_not_the_main_one() -> None:
    poe = component("poe", command("poe:build-schema", "poe build-schema", "build", 0.6, "runner"))
    npm = component("npm", command("npm:test_types", "npm run test_types", "test", 0.5, "script"))
    nx = component("nx", command("nx:start", "npx nx run-many -t start", "start", 0.55, "runner"))
    assert choose("build", [poe]) is None
    assert choose("test", [npm]) is None
    assert choose("start", [nx]) is None


def test_a_task_that_does_not_show_that_it_gets_dependencies_is_no_install() -> None:
    mage = component("mage", command("mage:install", "mage install", "install", 0.9, "runner"))
    setup = component(
        "make", command("make:setup", "make setup", "install", 0.9, "runner", text="pip install -r requirements.txt")
    )
    assert choose("install", [mage]) is None
    assert choose("install", [setup]) == "make:setup"


def test_a_dev_task_that_only_sets_up_runs_nothing() -> None:
    text = "opam switch create .\nopam install --deps-only .\n"
    assert choose("dev", [component("make", command("make:dev", "make dev", "dev", 0.95, "runner", text=text))]) is None
    assert choose(
        "dev", [component("make", command("make:dev", "make dev", "dev", 0.95, "runner", text="yarn\nyarn dev\n"))]
    )


def test_a_language_that_is_hardly_there_has_no_install() -> None:
    swift = component("swift", command("swift:resolve", "swift package resolve", "install", 0.85), language="swift")
    make = component("make", command("make:all", "make", "build", 0.9, "runner"), language="make")
    assert choose("install", [swift, make], shares={"c": 1.0, "swift": 0.01}) is None
    assert choose("install", [swift], shares={"swift": 1.0}) == "swift:resolve"


def test_assets_in_another_language_do_not_make_it_the_main_one() -> None:
    php = component("composer", command("composer:install", "composer install", "install", 0.95), language="php")
    npm = component("npm", command("npm:install", "npm ci", "install", 0.95), language="typescript")
    assert choose("install", [npm, php], ci("npm ci"), {"php": 0.8, "javascript": 1.0}) == "composer:install"


def test_a_collection_has_no_main_folder_unless_one_bears_its_name() -> None:
    parts = [
        component(
            "npm",
            command(f"npm:{name}:test", "npm test", "test", 0.95, "script", name),
            dir=name,
            language="javascript",
            place="nested",
        )
        for name in ("angular", "react", "svelte", "vue")
    ]
    assert choose("test", parts) is None
    assert choose_primary(parts, Evidences([]), Code(title="vue"))["test"] == "npm:vue:test"
    assert choose("test", parts[:2], ci("npm test", dir="react")) == "npm:react:test"


def test_a_small_part_of_the_code_is_not_the_main_folder() -> None:
    tool = component(
        "npm", command("npm:tool:test", "npm test", "test", 0.95, "script", "ci/tool"), dir="ci/tool", place="nested"
    )
    chosen = [choose_primary([tool], Evidences([]), Code(folders={"ci/tool": share}))["test"] for share in (0.1, 0.9)]
    assert chosen == [None, "npm:tool:test"]


def test_an_environment_that_builds_is_no_build_unless_ci_builds_there() -> None:
    tox = component("tox", command("tox:py310-build", "tox -e py310-build", "build", 0.6, "runner"))
    setuptools = component(
        "setuptools", command("setuptools:build", "python -m build", "build", 0.85), language="python"
    )
    assert choose("build", [tox, setuptools]) == "setuptools:build"


def test_only_a_task_installs_for_several_languages() -> None:
    python = component("uv", command("uv:install", "uv sync", "install", 0.95), language="python")
    node = component("npm", command("npm:install", "npm ci", "install", 0.95), language="javascript")
    task = component("make", command("make:deps", "make deps", "install", 0.9, "runner", text="uv sync\nnpm ci\n"))
    assert choose("install", [python, task]) == "uv:install"
    assert choose("install", [python, node, task]) == "make:deps"


def test_a_lint_that_one_folder_could_have_is_not_the_repositorys() -> None:
    guess = component(
        "uv",
        command("uv:lint", "uv run ruff check .", "lint", 0.7, dir="api"),
        dir="api",
        language="python",
        place="nested",
    )
    assert choose("lint", [guess]) is None
    assert choose("lint", [guess], ci("ruff check .", dir="api")) == "uv:lint"
