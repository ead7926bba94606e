"""Hosting platforms: usages and hints, never a component."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems import functions_hosting, hosting
from tests.ecosystem.buildsystems.yielded import facts_from, services_from, usages_from
from tests.ecosystem.memory_tree import facts_of, pairs_of

FLY = 'app = "shop"\n[http_service]\ninternal_port = 8080\n[processes]\nweb = "bin/web"\nworker = "bin/worker"\n'
RENDER = """\
services:
  - type: web
    name: api
    rootDir: server
    buildCommand: npm ci && npm run build
    startCommand: npm start
    envVars:
      - {key: PORT, value: 10000}
  - type: static
    name: pages
    buildCommand: make site
"""
DO = "services:\n  - name: api\n    source_dir: /\n    run_command: npm start\n    http_port: 8081\n"


@pytest.mark.parametrize(
    ("path", "text", "usages", "ports"),
    [
        ("fly.toml", FLY, ["bin/web", "bin/worker"], {"web": 8080, "worker": None}),
        ("fly.toml", 'app = "shop"\n[http_service]\ninternal_port = 3000\n', [], {"shop": 3000}),
        (
            "railway.toml",
            '[deploy]\nstartCommand = "node a.js --port 4000"\n',
            ["node a.js --port 4000"],
            {"web": 4000},
        ),
        ("railway.json", '{"build": {"buildCommand": "make"}}', ["make"], {}),
        ("render.yaml", RENDER, ["npm ci", "npm run build", "npm start", "make site"], {"api": 10000}),
        ("vercel.json", '{"buildCommand": "npm run build", "devCommand": null}', ["npm run build"], {}),
        ("netlify.toml", '[build]\ncommand = "hugo"\n[dev]\ntargetPort = 1313\n', ["hugo"], {"dev": 1313}),
        ("app.json", '{"scripts": {"postdeploy": "rake db:seed"}}', ["rake db:seed"], {}),
        (
            "app.yaml",
            "runtime: python312\nentrypoint: gunicorn -b :8080 a:b\n",
            ["gunicorn -b :8080 a:b"],
            {"default": 8080},
        ),
        (".do/app.yaml", DO, ["npm start"], {"api": 8081}),
        ("heroku.yml", "run:\n  web: npm start\n", ["npm start"], {"web": None}),
        (
            "nixpacks.toml",
            '[phases.build]\ncmds = ["make"]\n[start]\ncmd = "./run"\n',
            ["make", "./run"],
            {"web": None},
        ),
        (".platform.app.yaml", "name: shop\nweb:\n  commands:\n    start: npm start\n", ["npm start"], {"shop": None}),
    ],
)
def test_web_platforms(path: str, text: str, usages: list[str], ports: dict[str, int | None]) -> None:
    folder = path.rpartition("/")[0]
    files = {path: text, "server/package.json": "{}"}
    assert [line for _, line in usages_from(hosting, files, folder)] == usages
    assert {name: one.port for name, one in services_from(hosting, files, folder).items()} == ports


@pytest.mark.parametrize(
    ("path", "text", "usages", "ports"),
    [
        ("wrangler.toml", 'name = "edge"\nmain = "src/a.ts"\n', [], {"edge": 8787}),
        ("wrangler.jsonc", '{"name": "edge", "main": "a.ts", "dev": {"port": 9001,}}', [], {"edge": 9001}),
        ("wrangler.toml", 'name = "pages"\n[build]\ncommand = "npm run build"\n', ["npm run build"], {}),
        ("serverless.yml", "service: api\nplugins: [serverless-offline]\n", [], {"api": 3000}),
        ("serverless.yml", "service: api\n", [], {}),
        ("cdk.json", '{"app": "npx ts-node bin/app.ts"}', ["npx ts-node bin/app.ts"], {}),
        ("amplify.yml", "frontend:\n  phases:\n    build:\n      commands: [npm run build]\n", ["npm run build"], {}),
        ("firebase.json", '{"hosting": {"predeploy": ["npm run build"]}}', ["npm run build"], {}),
    ],
)
def test_function_platforms(path: str, text: str, usages: list[str], ports: dict[str, int | None]) -> None:
    assert [line for _, line in usages_from(functions_hosting, {path: text})] == usages
    assert {name: one.port for name, one in services_from(functions_hosting, {path: text}).items()} == ports


def test_sam_knows_an_api_by_its_events() -> None:
    api = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Properties:\n      Events:\n        A: {Type: Api}\n"
    assert services_from(functions_hosting, {"template.yaml": api})["api"].port == 3000
    assert facts_from(functions_hosting, {"template.yaml": "{{ broken: [\n"}) == []


def test_no_component_and_nothing_of_expo_or_of_examples() -> None:
    assert pairs_of(facts_of({"fly.toml": FLY, "render.yaml": RENDER, "vercel.json": "{}"})) == set()
    assert facts_from(hosting, {"app.json": '{"expo": {}, "scripts": {"postdeploy": "x"}}'}) == []
    assert facts_from(hosting, {"examples/a/fly.toml": FLY}, "examples/a") == []


def test_a_command_runs_in_its_own_folder_and_a_file_of_another_kind_is_no_problem() -> None:
    files = {"render.yaml": RENDER, "server/package.json": "{}"}
    assert ("server", "npm start") in usages_from(hosting, files)
    assert facts_of({"app.yaml": "{{ template }}: [\n"}).problems == ()
