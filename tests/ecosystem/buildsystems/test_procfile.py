"""Procfiles: services, ports, the command that starts them all."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

PROCFILE = """\
# processes
web: gunicorn shop.wsgi --bind 0.0.0.0:8080
worker: celery -A shop worker
release: python manage.py migrate
#old: python old.py
"""


def ports(files: dict[str, str | bytes]) -> dict[str, int | None]:
    return {one.name: one.port for one in facts_of(files).services}


def test_lines_are_services_except_what_runs_once() -> None:
    found = facts_of({"Procfile": PROCFILE})
    assert [(one.name, one.port, one.source.line) for one in found.services] == [("web", 8080, 2), ("worker", None, 3)]
    assert found.services[1].argv == ("celery", "-A", "shop", "worker")


def test_commands_of_each_line_and_of_the_whole() -> None:
    component = component_of(facts_of({"Procfile": PROCFILE}), "procfile")
    web = command_of(component, "procfile:web")
    assert (web.role, web.origin, web.confidence) == ("start", "platform", 0.95)
    assert command_of(component, "procfile:release").role == "release"
    assert command_of(component, "procfile:start").argv == ("foreman", "start")


def test_the_runner_is_the_one_that_the_file_speaks_of() -> None:
    files = {"Procfile": "# goreman start\na: bin/a --listen-client-urls http://127.0.0.1:2379\nb: bin/b\n"}
    component = component_of(facts_of(files), "procfile")
    assert command_of(component, "procfile:start").argv == ("goreman", "start")
    assert ports(files) == {"a": 2379, "b": None}


def test_ports_from_the_line_the_servers_settings_and_the_environment() -> None:
    assert ports({"Procfile": "web: npm start\n"}) == {"web": 5000}
    assert ports({"Procfile": "web: npm start\n", ".env.example": "PORT=3100\n"}) == {"web": 3100}
    assert ports({"Procfile": "web: python -m app --port ${PORT:-9000}\n"}) == {"web": 9000}
    assert ports({"Procfile": "web: bin/rails server\n"}) == {"web": 3000}
    settings = 'bind = ["[::]:{}".format(os.environ.get("PORT", 5006))]\n'
    assert ports({"Procfile": "web: gunicorn a.wsgi\n", "gunicorn.conf.py": settings}) == {"web": 5006}


def test_a_program_that_only_the_platform_builds_is_no_sure_start() -> None:
    component = component_of(facts_of({"Procfile": "web: shop.app\n"}), "procfile")
    assert command_of(component, "procfile:web").confidence == 0.4
    assert ports({"Procfile": "web: shop.app\n"}) == {"web": None}


def test_the_development_file_starts_development() -> None:
    files = {
        "Procfile": "web: rails s\n",
        "Procfile.dev": "web: rails s -p 3000\ncss: yarn watch\n",
        "bin/dev": "#!/bin/sh\n",
    }
    found = facts_of(files)
    dev = command_of(component_of(found, "procfile"), "procfile:dev")
    assert (dev.argv, dev.role) == (("bin/dev",), "dev")
    assert {one.name for one in found.services} == {"web", "css"}
    without = component_of(facts_of({"Procfile.dev": "web: npm run dev\n"}), "procfile")
    assert command_of(without, "procfile:dev").argv == ("foreman", "start", "-f", "Procfile.dev")


def test_a_procfile_of_a_deployment_folder_starts_nothing_here() -> None:
    found = facts_of({"deploy/Procfile": "web: app\n", "Procfile.windows": "web: py app\n"})
    assert pairs_of(found) == {("deploy", "procfile")}
    assert found.services == ()
