"""The scorer itself: what counts as right, wrong and missed."""

from __future__ import annotations

from typing import Any

from truth import components, managers, ports, primary, services

from phoenix_cli.ecosystem.facts import Command, Component, Detection, Evidence, PackageManager, Service

HERE = Evidence("f", 1, "rule")
TEST = Command("npm:test", "test", ("npm", "test"), "", HERE)
UI = Command("npm:ui:dev", "dev", ("npm", "run", "dev"), "ui", HERE)
CMAKE = Command("cmake:build", "build", ("sh", "-c", "cmake -B build && cmake --build build"), "", HERE)


def found(**more: Any) -> Detection:
    parts = (
        Component("", "npm", "javascript", 0.9, (HERE,), commands=(TEST, UI, CMAKE)),
        Component("ui", "npm", "javascript", 0.9, (HERE,)),
        Component("docs", "sphinx", "python", 0.3, (HERE,), place="docs"),
    )
    return Detection("x", None, components=parts, **more)


def test_pairs_are_right_missed_or_wrong_and_low_ones_are_excused() -> None:
    label = {"components": [{"dir": "", "system": "npm"}, {"dir": "", "system": "make"}], "low": []}
    tally = components(label, found())
    assert (tally.right, tally.missed, tally.wrong) == (1, [". make"], ["ui npm"])
    assert components(label | {"low": [{"prefix": "ui/"}]}, found()).wrong == []
    assert components(label | {"low": [{"dir": "ui", "system": "npm"}]}, found()).wrong == []


def test_a_system_may_go_by_another_name() -> None:
    label = {
        "components": [{"dir": "", "system": "node"}],
        "low": [{"prefix": "ui/"}],
        "system_aliases": {"node": ["npm"]},
    }
    assert components(label, found()).right == 1
    assert components(label, found()).wrong == []


def test_a_primary_command_is_compared_as_one_would_type_it_at_the_root() -> None:
    label = {
        "primary": {
            "test": ["npm  test"],
            "dev": ["cd ui && npm run dev"],
            "build": ["cmake -B build && cmake --build build"],
        }
    }
    detection = found(primary={"test": "npm:test", "dev": "npm:ui:dev", "build": "cmake:build"})
    assert [primary(label, detection, role).right for role in label["primary"]] == [1, 1, 1]


def test_another_command_is_wrong_and_none_is_missed_unless_that_is_allowed() -> None:
    label: dict[str, Any] = {"primary": {"test": ["make test"], "start": None}}
    assert primary(label, found(primary={"test": "npm:test"}), "test").wrong
    assert primary(label, found(primary={"test": None}), "test").missed
    assert primary(label, found(primary={"start": "npm:test"}), "start").wrong
    assert not primary(label | {"optional_roles": ["test"]}, found(primary={}), "test").missed
    tolerated = primary(label | {"primary_ok": {"test": ["npm test"]}}, found(primary={"test": "npm:test"}), "test")
    assert (tolerated.right, tolerated.wrong, tolerated.missed) == (0, [], [])


def test_the_manager_nearest_to_the_root_counts() -> None:
    detection = found(
        package_managers=(
            PackageManager("typescript", "yarn", "ui", "", HERE),
            PackageManager("javascript", "npm", "", "", HERE),
        )
    )
    label = {"package_managers": {"javascript": "npm", "python": "uv"}}
    tally = managers(label, detection)
    assert (tally.right, tally.missed, tally.wrong) == (1, ["python: uv"], [])


def test_services_and_ports_may_have_aliases_and_tolerated_extras() -> None:
    detection = found(
        services=(Service("app", HERE, port=3000), Service("db", HERE, port=5432), Service("x", HERE, port=1))
    )
    label = {
        "services": ["web", "cache"], "ports": [{"service": "web", "port": 3000}], "service_aliases": {"web": ["app"]},
        "services_ok": ["db"], "ports_ok": [{"service": "db", "port": 5432}],
    }  # fmt: skip
    assert (services(label, detection).right, services(label, detection).missed, services(label, detection).wrong) == (
        1,
        ["cache"],
        ["x"],
    )
    assert (ports(label, detection).right, ports(label, detection).wrong) == (1, ["x:1"])
