"""process-compose, mprocs, pm2, supervisor, systemd."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems import process_files
from tests.ecosystem.buildsystems.yielded import services_from, usages_from
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

PROCESS_COMPOSE = """\
processes:
  api:
    command: go run . --port 8088
    working_dir: ./api
  web:
    command: npm start
    readiness_probe:
      http_get: {port: 3000}
  off:
    command: sleep 1
    disabled: true
"""


def test_process_compose() -> None:
    found = facts_of({"process-compose.yaml": PROCESS_COMPOSE, "api/main.go": ""})
    up = command_of(component_of(found, "process-compose"), "process-compose:up")
    assert (up.argv, up.role) == (("process-compose", "up"), "dev")
    assert [(one.name, one.dir, one.port) for one in found.services] == [("api", "api", 8088), ("web", "", 3000)]


def test_mprocs() -> None:
    text = 'procs:\n  web:\n    shell: vite --port 5000\n  db:\n    cmd: ["postgres", "-D", "data"]\n    autostart: false\n'
    found = facts_of({"mprocs.yaml": text})
    assert pairs_of(found) == {("", "mprocs")}
    assert [(one.name, one.port, one.argv) for one in found.services] == [("web", 5000, ("vite", "--port", "5000"))]


def test_pm2_is_read_as_text_and_is_a_hint() -> None:
    text = "module.exports = {apps: [{name: 'api', script: './dist/main.js', env: {PORT: 4000}}, {name: 'w', script: 'npm'}]}"
    found = services_from(process_files, {"ecosystem.config.js": text})
    assert (found["api"].argv, found["api"].port) == (("node", "./dist/main.js"), 4000)
    assert found["w"].confidence <= 0.5
    assert pairs_of(facts_of({"ecosystem.config.js": text})) == set()


def test_supervisor_and_systemd() -> None:
    text = "[supervisord]\nnodaemon=true\n[program:web]\ncommand=gunicorn app:app -b :8000\n%bad line\n"
    services = services_from(process_files, {"supervisord.conf": text.replace("%bad line\n", "")})
    assert services["web"].port == 8000
    assert services["web"].source.line == 3
    unit = "[Unit]\n[Service]\nExecStart=/usr/bin/toold serve --quiet\n"
    assert usages_from(process_files, {"toold.service": unit}) == [("", "toold serve --quiet")]
    assert services_from(process_files, {"toold.service": unit}) == {}


def test_a_broken_supervisor_file_is_a_problem() -> None:
    assert [one.file for one in facts_of({"supervisord.conf": "no section\n"}).problems] == ["supervisord.conf"]
