from __future__ import annotations

from phoenix_cli.ecosystem.detect import LOW_FACTOR, merge, rank
from phoenix_cli.ecosystem.facts import Command, Component, Evidence
from tests.ecosystem.memory_tree import component_of, facts_of, pairs_of

HERE = Evidence("f", 1, "rule")


def component(dir: str, system: str, confidence: float = 0.9, **more: object) -> Component:
    return Component(dir, system, "c", confidence, (Evidence(f"{dir}/f", 1, system),), **more)  # type: ignore[arg-type]


def test_one_folder_and_system_is_one_component() -> None:
    weak = Command("make:test", "test", ("make", "test"), "", HERE, confidence=0.5)
    strong = Command("make:test", "test", ("make", "check"), "", HERE, confidence=0.9)
    other = Command("make:all", "build", ("make",), "", HERE)
    [joined] = merge(
        [
            component("", "make", 0.5, commands=(strong,), name="n", member=True),
            component("", "make", 0.9, commands=(weak, other)),
        ]
    )
    assert (joined.confidence, joined.name, joined.member) == (0.9, "n", True)
    assert {one.name: one.argv for one in joined.commands} == {"make:test": ("make", "check"), "make:all": ("make",)}


def test_components_near_the_root_and_sure_ones_come_first() -> None:
    ranked = rank(
        [
            component("docs", "npm", place="docs"), component("a/b", "npm"), component("b", "npm"), component("", "npm", 0.5),
            component("", "make", 0.9),
        ]
    )  # fmt: skip
    assert [(one.dir, one.system) for one in ranked] == [
        ("", "make"),
        ("", "npm"),
        ("b", "npm"),
        ("a/b", "npm"),
        ("docs", "npm"),
    ]


def test_examples_are_reported_but_rank_low_and_are_never_primary() -> None:
    manifest = '{"name": "x", "scripts": {"build": "tsc -p .", "test": "jest"}}'
    found = facts_of({"examples/a/package.json": manifest, "README.md": "x"})
    example = component_of(found, "npm", "examples/a")
    assert example.place == "example"
    assert example.confidence <= LOW_FACTOR
    assert set(found.primary.values()) == {None}


def test_every_primary_name_is_a_command_of_a_component() -> None:
    crate = {
        "Cargo.toml": '[package]\nname = "x"\nversion = "1.0.0"\n',
        "src/main.rs": "fn main() {}\n",
        "Cargo.lock": "",
    }
    ci = {".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: ./scripts/lint.sh\n"}
    found = facts_of({**crate, **ci, "scripts/lint.sh": "cargo clippy\n"})
    names = {command.name for one in found.components for command in one.commands}
    chosen = {name for name in found.primary.values() if name is not None}
    assert {"cargo:test", "script:lint"} <= chosen <= names


def test_an_empty_repository_has_nothing_and_says_so() -> None:
    found = facts_of({"README.md": "# hello\n"})
    assert pairs_of(found) == set()
    assert set(found.primary) == {"install", "build", "test", "start", "dev", "lint"}
