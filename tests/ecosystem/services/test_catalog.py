"""What a repository offers to start, which of it is meant, and when it counts as ready."""

import os

import pytest

from phoenix_cli.ecosystem.services.catalog import GUESSED_PORT_S, Offer, choose, offers, readiness
from phoenix_cli.ecosystem.services.containers import attached, require_engine
from phoenix_cli.ecosystem.services.model import Readiness
from phoenix_cli.kernel.errors import NotFound, Unavailable, Usage


def service(name, argv=("run",), dir=".", port=None, confidence=0.9, image=None):
    source = {"file": "Procfile", "line": 1, "rule": "procfile.line"}
    return {"name": name, "dir": dir, "argv": list(argv) if argv else None, "image": image, "port": port,
            "confidence": confidence, "source": source}  # fmt: skip


def detection(*services, **primary):
    source = {"file": "package.json", "line": 1, "rule": "npm.script"}
    commands = [{"name": f"npm:{role}", "dir": ".", "argv": ["npm", "run", role], "source": source} for role in primary]
    return {
        "services": list(services),
        "primary": {"start": None, "dev": None, **{role: f"npm:{role}" for role in primary}},
        "components": [{"commands": commands}],
    }


def names(found):
    return [one.name for one in found]


def test_services_and_the_start_command_are_offered():
    found = offers(detection(service("web", port=5000), start=True, dev=True))
    assert names(found) == ["web", "start", "dev"]
    assert found[0] == Offer("web", "", ("run",), 5000, "Procfile", 0.9)
    assert found[1].argv == ("npm", "run", "start")


def test_a_start_command_that_is_a_service_is_offered_once():
    assert names(offers(detection(service("api", ["npm", "run", "start"]), start=True))) == ["api"]


def test_two_services_of_one_name_are_told_apart_by_their_folder():
    assert names(offers(detection(service("web", dir="a"), service("web", dir="b")))) == ["a:web", "b:web"]


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (detection(service("worker")), "worker"),
        (detection(service("worker"), service("web")), "web"),
        (detection(service("worker"), service("shop")), "shop"),
        (detection(service("worker"), service("clock"), start=True), "start"),
        (detection(dev=True), "dev"),
        (detection(start=True, dev=True), "start"),
        (detection(service("web", confidence=0.5), service("worker")), "worker"),
        (detection(service("db", None, image="postgres"), service("worker")), "worker"),
    ],
)
def test_without_a_name_the_obvious_one_is_meant(found, name):
    assert choose(offers(found), None, "shop").name == name


def test_several_without_an_obvious_one_are_named():
    with pytest.raises(Usage) as caught:
        choose(offers(detection(service("clock"), service("worker"))), None, "shop")
    assert caught.value.cause == "clock, worker"
    assert caught.value.hints == ("phoenix ecosystem start shop clock",)


def test_a_wrong_name_is_answered_with_a_near_one():
    with pytest.raises(NotFound) as caught:
        choose(offers(detection(service("worker"))), "wroker", "shop")
    assert caught.value.hints[0] == "did you mean worker?"


def test_nothing_to_start_is_said():
    with pytest.raises(NotFound) as caught:
        choose(offers(detection()), None, "shop")
    assert caught.value.code == "service.none"


def test_an_image_without_a_command_is_said():
    with pytest.raises(Unavailable) as caught:
        choose(offers(detection(service("db", None, image="postgres:16"))), "db", "shop")
    assert caught.value.cause == "postgres:16"


@pytest.mark.parametrize(
    ("offer", "said", "expected"),
    [
        (Offer("web", "", ("x",)), {}, Readiness(alive_s=2.0)),
        (Offer("web", "", ("x",), 80), {}, Readiness(alive_s=GUESSED_PORT_S)),
        (Offer("web", "", ("x",), 80), {"port": 90}, Readiness(alive_s=None)),
        (Offer("web", "", ("x",)), {"http_path": "health"}, Readiness("/health", alive_s=None)),
        (Offer("web", "", ("x",)), {"log_pattern": "up"}, Readiness(log_pattern="up", alive_s=None)),
        (Offer("web", "", ("x",), 80), {"port": 90, "alive_s": 5.0}, Readiness(alive_s=5.0)),
        (Offer("db", "", ("docker", "compose", "up", "db"), 80), {}, Readiness(alive_s=GUESSED_PORT_S, connect=True)),
    ],
)
def test_what_the_user_says_must_come_true(offer, said, expected):
    assert readiness(offer, **said) == expected


@pytest.fixture
def docker(tmp_path):
    """Return a function that makes a ``docker`` of a shell text, and gives the environment that finds it."""

    def make(text):
        program = tmp_path / "bin" / "docker"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        return {"PATH": f"{program.parent}:{os.defpath}"}

    return make


UP = ("docker", "compose", "-f", "c.yml", "up", "db")


def test_without_an_engine_containers_are_unavailable(tmp_path):
    with pytest.raises(Unavailable) as caught:
        require_engine(UP, {"PATH": str(tmp_path)})
    assert caught.value.cause == "docker is not installed"


def test_an_engine_whose_daemon_is_down_says_why(docker):
    environ = docker('echo "Cannot connect to the daemon" >&2; exit 1')
    with pytest.raises(Unavailable) as caught:
        require_engine(UP, environ)
    assert caught.value.cause == "Cannot connect to the daemon"
    assert "docker" in caught.value.hints[0]


def test_an_engine_that_answers_is_enough(docker):
    require_engine(UP, docker("echo 28.0"))


def test_only_compose_up_is_changed():
    assert attached(("npm", "start")) == ("npm", "start")
    assert attached(("docker", "run", "x")) == ("docker", "run", "x")


def test_compose_is_told_to_stop_its_containers_when_it_has_ended(world, docker):
    """A stand-in for compose: it stays until SIGTERM; each call notes its words."""
    environ = docker(f"""
echo "$@" >> {world.folder}/calls
case "$*" in *" up "*) trap 'exit 143' TERM; echo up; while :; do sleep 0.02; done;; esac""")
    world.start(
        *attached((*UP[:5], "-d", "db")), environment=environ, readiness=Readiness(log_pattern="up", alive_s=None)
    )
    done = world.stop()
    assert (world.folder / "calls").read_text().splitlines() == [
        "compose -f c.yml up --timeout 3 --no-color --no-log-prefix db",
        "compose -f c.yml stop --timeout 3 db",
    ]
    assert done.report.exit_code == 143
