"""What a package.json starts, and on which port."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from phoenix_cli.ecosystem.facts import Service
from tests.ecosystem.memory_tree import command_of, component_of, facts_of

APP = "shop/package.json"


def service(scripts: Mapping[str, str], files: Mapping[str, str] | None = None, **fields: object) -> Service | None:
    manifest = json.dumps({"name": "@acme/shop", "private": True, "scripts": scripts, **fields}, indent=2)
    found = facts_of({APP: manifest, **{f"shop/{path}": text for path, text in (files or {}).items()}}).services
    assert len(found) <= 1
    return found[0] if found else None


def port(scripts: Mapping[str, str], files: Mapping[str, str] | None = None, **fields: object) -> int | None:
    found = service(scripts, files, **fields)
    assert found is not None
    return found.port


def test_an_app_is_a_service_named_after_its_folder():
    found = service({"dev": "next dev", "build": "next build", "start": "next start -p 4000"})
    assert found is not None
    assert (found.name, found.dir, found.argv, found.port) == ("shop", "shop", ("npm", "start"), 4000)
    assert (found.source.file, found.source.line) == (APP, 7)


@pytest.mark.parametrize(
    ("script", "files", "expected"),
    [
        ("next dev", {}, 3000),
        ("next dev --port 3005", {}, 3005),
        ("PORT=8123 next dev", {}, 8123),
        ("cross-env PORT=8123 node server.js", {}, 8123),
        ("astro dev", {}, 4321),
        ("astro dev", {"astro.config.mjs": "export default { server: { port: 1234 } }"}, 1234),
        ("nuxt dev", {"nuxt.config.ts": "devServer: {\n  host: 'x',\n  port: 3010,\n}"}, 3010),
        ("vite", {"index.html": ""}, 5173),
        ("vite", {"index.html": "", "vite.config.ts": "server: { hmr: { port: 9 }, // port: 1\n port: 8080 }"}, 8080),
        ("vite", {"index.html": "", "vite.config.mts": "preview: { port: 4000 }, plugins: []"}, 5173),
        ("vite", {"index.html": "", "vite.config.ts": "port: Number(env.WEB_PORT || 3000)"}, 3000),
        ("vite", {"index.html": "", "vite.config.ts": "port: Number(env.WEB_PORT || 3000)", ".env": "WEB_PORT=3001\n"}, 3001),
        ("react-scripts start", {".env": "PORT=3333\n"}, 3333),
        ("ng serve", {"angular.json": '{"serve": {"options": {"port": 4300}}}'}, 4300),
        ("expo start", {}, 8081),
        ("gatsby develop", {}, 8000),
        ("dotenv -e ../.env -- next dev", {}, 3000),
        ("webpack serve", {"public/index.html": "", "webpack.config.js": "devServer: { port: 9001 }"}, 9001),
    ],
)  # fmt: skip
def test_ports_of_development_servers(script, files, expected):
    assert port({"dev": script}, files) == expected


@pytest.mark.parametrize(
    ("script", "files", "expected"),
    [
        ("node build/app", {"server.ts": "app.listen(3005)", "build/app.js": "listen(3005)"}, 3005),
        ("node server.js", {"server.js": "app.listen(process.env.PORT || 3002)"}, 3002),
        ("node ./bin/www", {"bin/www": "var port = normalizePort(process.env.PORT || '3000');"}, 3000),
        ("node dist/index.js", {"src/index.ts": "const port = Number(process.env.PORT ?? 4100);"}, 4100),
        ("node .", {"app.js": "server.listen({ port: 7000 })"}, 7000),
        ("node index", {"index.js": "// listen(1)\nlisten(PORT)"}, None),
        ("nest start", {"src/main.ts": "await app.listen(process.env.PORT || 3334);"}, 3334),
        ("nest start", {"src/main.ts": "await app.listen(x)", ".env.example": "PORT=3400\n"}, 3400),
    ],
)
def test_ports_of_servers_are_read_from_their_source(script, files, expected):
    assert port({"start": script}, files, dependencies={"express": "5"}, main="app.js") == expected


@pytest.mark.parametrize(
    ("scripts", "fields"),
    [
        ({"dev": "tsup --watch"}, {}),
        ({"dev": "vite"}, {}),  # no page: vite is a library's bundler or its tests'
        ({"start": "node dist/cli.js"}, {"bin": "dist/cli.js", "private": False}),
        ({"dev": "turbo run dev"}, {}),
        ({"start": "npm --prefix server start"}, {}),
        ({"dev": "vite examples/basic"}, {}),
        ({"build": "next build", "test": "vitest"}, {}),
        ({"start": "storybook dev"}, {}),
        ({"dev": "vite"}, {"devDependencies": {"laravel-vite-plugin": "1"}}),
    ],
)
def test_what_is_no_service(scripts, fields):
    assert service(scripts, **fields) is None


def test_a_library_with_a_page_for_trying_it_out_is_no_service():
    fields = {"private": False, "exports": {".": "./dist/index.js"}}
    assert service({"dev": "vite"}, {"index.html": ""}, **fields) is None


def test_examples_and_documentation_are_no_services():
    manifest = json.dumps({"name": "site", "scripts": {"dev": "next dev"}})
    assert facts_of({"examples/a/package.json": manifest, "docs/package.json": manifest}).services == ()


def test_a_procfile_names_the_process_that_it_starts():
    manifest = json.dumps({"name": "shop", "scripts": {"start": "next start"}})
    assert [one.name for one in facts_of({"package.json": manifest}).services] == ["shop"]
    assert [one.name for one in facts_of({"package.json": manifest, "Procfile": "web: npm start\n"}).services] == [
        "web"
    ]
    found = facts_of({"package.json": manifest, "Procfile": "web: bundle exec puma\n"})
    assert {one.name for one in found.services} == {"web", "start"}  # another program beside the one of the Procfile


def test_a_frameworks_own_commands_stand_in_for_scripts():
    manifest = json.dumps({"private": True, "dependencies": {"next": "15"}})
    component = component_of(facts_of({"package.json": manifest, "pnpm-lock.yaml": ""}), "pnpm")
    dev = command_of(component, "pnpm:dev")
    assert (dev.argv, dev.origin) == (("pnpm", "next", "dev"), "framework")
    assert command_of(component, "pnpm:build").argv == ("pnpm", "next", "build")


def test_the_main_file_is_started_only_when_it_is_an_applications():
    server = {"private": True, "main": "./app.js", "dependencies": {"express": "5"}}
    started = component_of(facts_of({"package.json": json.dumps(server), "app.js": ""}), "npm")
    assert command_of(started, "npm:start").argv == ("node", "app.js")
    for library in (
        {"main": "app.js"},
        {**server, "bin": "app.js"},
        {**server, "private": False, "exports": "./app.js"},
    ):
        component = component_of(facts_of({"package.json": json.dumps(library), "app.js": ""}), "npm")
        assert "start" not in [one.role for one in component.commands]
