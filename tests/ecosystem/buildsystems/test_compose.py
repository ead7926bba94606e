"""Compose: services after merging, ports, and when starting them starts the program."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.compose import built_folders
from phoenix_cli.ecosystem.files import Files
from tests.ecosystem.memory_tree import MemoryTree, command_of, component_of, facts_of, pairs_of

COMPOSE = """\
services:
  web:
    build: .
    ports: ["${WEB_PORT:-8000}:80", "9000:9000/udp"]
  db:
    image: postgres:16
  mail:
    image: axllent/mailpit
    profiles: [dev]
    ports:
      - target: 8025
        published: 18025
"""


def services(files: dict[str, str | bytes]) -> dict[str, int | None]:
    return {one.name: one.port for one in facts_of(files).services}


def test_services_with_their_images_ports_and_lines() -> None:
    found = {one.name: one for one in facts_of({"compose.yaml": COMPOSE}).services}
    assert {name: one.port for name, one in found.items()} == {"web": 8000, "db": None, "mail": 18025}
    assert (found["db"].image, found["web"].image) == ("postgres:16", None)
    assert found["db"].source.line == 5
    assert found["web"].argv == ("docker", "compose", "up", "web")
    assert found["mail"].argv == ("docker", "compose", "--profile", "dev", "up", "mail")


def test_up_starts_a_program_that_is_built_here() -> None:
    component = component_of(facts_of({"compose.yaml": COMPOSE}), "compose")
    up = command_of(component, "compose:up")
    assert (up.argv, up.role, up.origin) == (("docker", "compose", "up"), "start", "platform")
    assert command_of(component, "compose:build").origin == "default"
    assert command_of(component, "compose:db").argv == ("docker", "compose", "up", "db")


def test_databases_alone_are_no_start() -> None:
    text = "services:\n  db:\n    image: docker.io/library/postgres:16\n    ports: ['5432:5432']\n"
    component = component_of(facts_of({"docker-compose.yml": text}), "compose")
    assert command_of(component, "compose:up").role == "other"
    assert "compose:build" not in {one.name for one in component.commands}


@pytest.mark.parametrize(
    ("mapping", "port"),
    [
        ("'3000:80'", 3000), ("'127.0.0.1:8001:8001'", 8001), ("'[::1]:8002:80'", 8002), ("3000", 3000),
        ("'9090-9091:8080-8081'", 9090), ("'53:53/udp'", 53), ("'${PORT}:80'", 80), ("'${PORT:?no}:80'", 80),
        ("'$KNOWN:80'", 4100),
    ],
)  # fmt: skip
def test_published_ports(mapping: str, port: int) -> None:
    text = f"services:\n  a:\n    image: x\n    ports:\n      - {mapping}\n"
    assert services({"compose.yml": text, ".env.example": "KNOWN=4100\n"}) == {"a": port}


def test_override_include_and_extends_are_followed() -> None:
    files = {
        "docker-compose.yml": "include: [infra/db.yml]\nservices:\n  web:\n    extends: {file: common.yml, service: base}\n",
        "docker-compose.override.yml": "services:\n  web:\n    ports: ['8080:80']\n  extra:\n    image: redis\n",
        "common.yml": "services:\n  base:\n    build: .\n    ports: ['80:80']\n",
        "infra/db.yml": "services:\n  db:\n    image: mysql\n",
    }
    assert services(files) == {"db": None, "web": 8080, "extra": None}


def test_what_developers_bring_up_beside_the_program_counts() -> None:
    plain = "services:\n  app:\n    build: .\n"
    extra = "services:\n  mailpit:\n    image: axllent/mailpit\n    ports: ['8025:8025']\n"
    found = facts_of({"docker-compose.yml": plain, "docker-compose.dev.yml": extra})
    assert {one.name: one.argv for one in found.services} == {
        "app": ("docker", "compose", "up", "app"),
        "mailpit": ("docker", "compose", "-f", "docker-compose.dev.yml", "up", "mailpit"),
    }


def test_variants_complete_ports_and_stand_only_where_there_is_no_plain_file() -> None:
    plain = "services:\n  db:\n    image: postgres\n"
    overlay = "services:\n  db:\n    image: postgres\n    ports: ['5432:5432']\n  tool:\n    image: adminer\n"
    assert services({"docker-compose.yml": plain, "docker-compose.prod.yml": overlay}) == {"db": 5432}
    found = facts_of(
        {"docker-compose.prod.yml": plain, "docker-compose.dev.yml": overlay, "docker-compose.ci-test.yml": plain}
    )
    up = command_of(component_of(found, "compose"), "compose:up")
    assert up.argv == ("docker", "compose", "-f", "docker-compose.dev.yml", "up")
    assert {one.name for one in found.services} == {"db", "tool"}


def test_two_plain_files_are_a_conflict() -> None:
    files = {"compose.yaml": COMPOSE, "docker-compose.yml": "services: {old: {image: x}}\n"}
    found = facts_of(files)
    assert [one.sources[1].file for one in found.conflicts] == ["docker-compose.yml"]
    assert "old" not in {one.name for one in found.services}


def test_a_project_further_in_is_for_another_occasion() -> None:
    files = {"compose.yaml": COMPOSE, "deploy/compose.yaml": "services:\n  proxy:\n    image: traefik\n"}
    found = facts_of(files)
    assert ("deploy", "compose") in pairs_of(found)
    assert "proxy" not in {one.name for one in found.services}


def test_the_dev_containers_project_counts_when_it_is_the_only_one() -> None:
    dev = {".devcontainer/docker-compose.yml": "services:\n  app:\n    build: .\n  db:\n    image: postgres\n"}
    component = component_of(facts_of(dev), "compose", ".devcontainer")
    assert command_of(component, "compose:.devcontainer:up").role == "other"
    assert set(services(dev)) == {"app", "db"}
    assert "app" not in services({**dev, "docker/compose.yml": COMPOSE})


def test_what_is_no_project() -> None:
    files = {
        "docker-compose.md": "x", "compose.go": "package compose", "compose.rules.yml": "rules: []\n",
        ".github/docker-compose.yml": COMPOSE,
    }  # fmt: skip
    assert pairs_of(facts_of(files), "compose") == set()


def test_a_broken_file_is_still_a_component_and_a_circle_ends() -> None:
    found = facts_of({"compose.yml": "services: ["})
    assert component_of(found, "compose").confidence == 0.5
    circle = "include: [compose.yml]\nservices:\n  a:\n    extends: a\n    image: x\n"
    assert services({"compose.yml": circle}) == {"a": None}


def test_the_first_version_of_the_format_and_lists_of_tasks() -> None:
    old = "web:\n  build: .\n  ports: ['80:80']\ndb:\n  image: mysql\n"
    assert services({"docker-compose.yml": old}) == {"web": 80, "db": None}
    tasks = "- name: Install\n  apt: {name: docker-compose}\n"
    assert pairs_of(facts_of({"tasks/docker-compose.yml": tasks}), "compose") == set()


def test_what_a_manifest_would_start_in_a_built_folder_is_the_compose_service() -> None:
    files = {
        "compose.yaml": "services:\n  shop:\n    build: {context: ., dockerfile: '${SHOP_FILE}'}\n  page:\n    build: ./web\n",
        ".env": "SHOP_FILE=./src/shop/Dockerfile\n",
        "src/shop/Dockerfile": "FROM x\n",
        "web/Dockerfile": "FROM x\n",
        "examples/compose.yaml": "services:\n  all:\n    build: ..\n",
    }
    assert built_folders(Files(MemoryTree(files))) == {"src/shop", "web"}


def test_strangers_images_beside_a_program_do_not_start_it() -> None:
    tools = "services:\n  proxy:\n    image: example/toxiproxy\n"
    own = "services:\n  shop:\n    image: example/shop\n"
    for text, manifest, role in ((tools, {}, "start"), (tools, {"go.mod": "module a/shop\n"}, "other")):
        up = command_of(component_of(facts_of({"compose.yml": text, **manifest}), "compose"), "compose:up")
        assert up.role == role
    found = facts_of({"compose.yml": own, "package.json": '{"name": "shop"}'})
    assert command_of(component_of(found, "compose"), "compose:up").role == "start"
