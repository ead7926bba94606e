"""Joining what several files tell of the same services."""

from __future__ import annotations

from phoenix_cli.ecosystem.facts import Evidence, Service
from phoenix_cli.ecosystem.service_facts import join_services


def service(name: str, dir: str = "", port: int | None = None, sure: float = 0.95, image: str | None = None) -> Service:
    return Service(name, Evidence("file", 1, "rule"), dir, image=image, port=port, confidence=sure)


def test_the_surer_word_wins_and_takes_the_port_of_the_other() -> None:
    joined = join_services([service("web", sure=0.7, port=3000), service("web", sure=0.95)])
    assert [(one.name, one.port, one.confidence) for one in joined] == [("web", 3000, 0.95)]


def test_services_of_one_name_in_two_folders_are_two() -> None:
    assert len(join_services([service("web", "api"), service("web", "shop")])) == 2


def test_hints_vanish_beside_something_sure_but_leave_their_port() -> None:
    joined = join_services([service("web"), service("app", port=8080, sure=0.5)])
    assert [(one.name, one.port) for one in joined] == [("web", 8080)]


def test_a_hint_says_nothing_of_a_container_or_of_two_processes() -> None:
    database = join_services([service("db", image="postgres:16"), service("app", port=8080, sure=0.5)])
    assert [one.port for one in database] == [None]
    two = join_services([service("web"), service("worker"), service("app", port=8080, sure=0.5)])
    assert [one.port for one in two] == [None, None]


def test_hints_alone_stand_once_for_each_port() -> None:
    hints = [service("shop", port=8080, sure=0.5), service("web", port=8080, sure=0.4), service("dev", sure=0.3)]
    assert [one.name for one in join_services(hints)] == ["shop"]


def test_examples_and_tests_start_nothing() -> None:
    assert join_services([service("web", "examples/shop"), service("db", "tests/integration")]) == ()


def test_what_runs_in_a_folder_that_compose_builds_is_told_once() -> None:
    rule = Evidence("compose.yaml", 2, "compose.service")
    container = Service("shop", rule, "", ("docker", "compose", "up", "shop"), port=8080)
    joined = join_services([container, service("api", "src/shop", 3000, sure=0.8)], built=frozenset({"src/shop"}))
    assert [(one.name, one.port) for one in joined] == [("shop", 8080)]
    assert (
        len(join_services([container, service("api", "src/other", 3000, sure=0.8)], built=frozenset({"src/shop"}))) == 2
    )


def test_service_files_of_many_folders_are_a_collection_and_no_system() -> None:
    def composed(dir: str) -> Service:
        return Service("web", Evidence(f"{dir}/compose.yaml", 3, "compose.service"), dir, port=80)

    folders = ["django", "flask", "nginx", "rails", "vue"]
    assert join_services([composed(dir) for dir in folders]) == ()
    assert [one.dir for one in join_services([composed(dir) for dir in ["", *folders]])] == [""]
    assert len(join_services([composed(dir) for dir in folders[:4]])) == 4


def test_the_process_of_a_project_without_a_name_is_web() -> None:
    assert [one.name for one in join_services([service("", port=8080, sure=0.7)])] == ["web"]


def test_the_pages_of_a_server_are_served_by_it() -> None:
    pages = Service(
        "ui", Evidence("ui/package.json", 7, "node.script"), "ui", ("npm", "start"), port=5173, confidence=0.8
    )
    assert [one.name for one in join_services([service("shop", port=8080, sure=0.7), pages])] == ["shop"]
    assert [one.name for one in join_services([service("api", "api", port=8080, sure=0.7), pages])] == ["api", "ui"]
    assert [one.name for one in join_services([service("db", image="postgres:16"), pages])] == ["db", "ui"]
