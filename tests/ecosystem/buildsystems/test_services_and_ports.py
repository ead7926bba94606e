"""Which services a repository has and where they listen, over the borders of families."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import component_of, facts_of


def services(files: dict[str, str]) -> dict[str, tuple[int, ...]]:
    return {one.name: one.ports for one in facts_of(files).services}


def test_compose_knows_the_port_better_than_the_runner_of_a_procfile() -> None:
    files = {
        "Procfile": "web: make run\n",
        "manage.py": "",
        "compose.yaml": "services:\n  web:\n    build: .\n    ports: ['8000:8000']\n",
    }
    assert services(files) == {"web": (8000,)}


def test_a_runners_port_counts_where_nothing_else_tells_of_one() -> None:
    assert services({"Procfile": "web: node index.js\nworker: node worker.js\n"}) == {"web": (5000,), "worker": ()}


def test_lines_that_come_to_an_end_are_no_services() -> None:
    lines = "web: bin/rails server\ncache: bin/rails cache:clear\nmigrate: python manage.py migrate\n"
    assert services({"Procfile": lines, "Gemfile": "gem 'rails'\n"}) == {"web": (3000,)}


def test_a_platforms_port_is_a_further_one_of_the_same_process() -> None:
    files = {
        "package.json": '{"name": "shop", "private": true, "scripts": {"start": "next start"}, "dependencies": {"next": "15"}}',
        "fly.toml": 'app = "shop"\n[http_service]\ninternal_port = 8080\n',
    }
    assert services(files) == {"shop": (3000, 8080)}


@pytest.mark.parametrize(
    ("dir", "scripts"),
    [
        ("", '{"start:nextcloud": "node playwright/start-server.mjs"}'),
        ("scripts/triage", '{"start": "node main.js"}'),
        ("db", '{"up": "bun --bun drizzle-kit up"}'),
    ],
)
def test_what_serves_tests_and_maintainers_is_no_service(dir: str, scripts: str) -> None:
    files = {"package.json": '{"name": "top", "private": true}'}
    files[f"{dir}/package.json".lstrip("/")] = f'{{"name": "a", "private": true, "scripts": {scripts}}}'
    assert services(files) == {}


@pytest.mark.parametrize(
    "start", ["bun src/index.ts", "bun run --hot ./server.ts", "bun --watch index.ts", "deno run -A main.ts"]
)
def test_a_file_that_bun_or_deno_runs_is_a_service(start: str) -> None:
    files = {
        "package.json": f'{{"name": "api", "private": true, "scripts": {{"start": "{start}"}}, "dependencies": {{"hono": "4"}}}}',
        "src/index.ts": "Bun.serve({ port: 8123 })\n",
    }
    assert list(services(files)) == ["api"]


def test_a_port_by_name_is_looked_up_in_the_settings() -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'meals'\ndependencies = ['fastapi', 'uvicorn']\n",
        "meals/__init__.py": "",
        "meals/app.py": (
            "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\n"
            "if __name__ == '__main__':\n    uvicorn.run('app:app', port=settings.API_PORT)\n"
        ),
        "meals/core/settings.py": "class Settings:\n    API_PORT: int = 9000\n",
    }
    assert services(files) == {"web": (9000,)}


def test_a_theme_of_jekyll_is_shown_by_its_own_site() -> None:
    files = {
        "_config.yml": "title: theme\n", "_layouts/default.html": "", "_includes/head.html": "", "Gemfile": "gemspec\n",
        "jekyll-theme-plain.gemspec": "Gem::Specification.new { |s| s.add_runtime_dependency 'jekyll' }\n",
    }  # fmt: skip
    assert services(files) == {"jekyll": (4000,)}


def test_a_mkdocs_site_is_a_service_only_where_it_is_the_repository() -> None:
    site = {"mkdocs.yml": "site_name: handbook\ndev_addr: 127.0.0.1:8001\n", "docs/index.md": ""}
    assert services(site) == {"mkdocs": (8001,)}
    assert {one.role for one in component_of(facts_of(site), "mkdocs").commands} == {"build", "start", "dev"}
    assert services({**site, "main.tf": 'variable "a" {}\n'}) == {}
    assert services({**site, "package.json": '{"name": "library"}'}) == {}
    theme = {
        "pyproject.toml": "[project]\nname = 'mkdocs-plain'\n[project.entry-points.'mkdocs.themes']\nplain = 'plain'\n"
    }
    assert services({**site, **theme}) == {"mkdocs": (8001,)}
    assert {one.role for one in component_of(facts_of({**site, **theme}), "mkdocs").commands} == {"docs"}


def test_nx_plugins_serve_applications_by_their_configuration_files() -> None:
    files = {
        "package.json": '{"name": "all", "devDependencies": {"nx": "20"}}',
        "nx.json": '{"plugins": ["@nx/vite/plugin", {"plugin": "@nx/rsbuild", "options": {"devTargetName": "run-it"}}]}',
        "apps/shop/project.json": '{"name": "shop", "projectType": "application", "targets": {}}',
        "apps/shop/vite.config.ts": "export default { server: { port: 4300 } }\n",
        "apps/cart/project.json": '{"name": "cart", "projectType": "application", "targets": {}}',
        "apps/cart/rsbuild.config.ts": "export default {}\n",
        "apps/admin/project.json": (
            '{"name": "admin", "projectType": "application", "targets": {"serve": {"executor": "@angular/build:dev-server"}}}'
        ),
        "libs/ui/project.json": '{"name": "ui", "projectType": "library", "targets": {}}',
        "libs/ui/vite.config.ts": "export default {}\n",
    }
    found = {one.name: (one.port, one.argv and one.argv[-1]) for one in facts_of(files).services}
    assert found == {"shop": (4300, "shop:serve"), "cart": (3000, "cart:run-it"), "admin": (4200, "admin:serve")}


def test_a_server_comes_before_the_pages_of_the_same_name() -> None:
    files = {
        "pom.xml": (
            "<project><artifactId>clinic</artifactId><parent><artifactId>spring-boot-starter-parent</artifactId></parent>"
            "<dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies>"
            "<build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>"
        ),
        "src/main/java/Main.java": "@SpringBootApplication class Main {}\n",
        "package.json": '{"name": "clinic", "private": true, "scripts": {"start": "ng serve"}, "devDependencies": {"@angular/cli": "20"}}',
    }
    assert services(files) == {"clinic": (8080, 4200)}


def test_a_procfile_and_a_package_tell_of_one_process() -> None:
    files = {
        "Procfile": "web: node index.js\n",
        "package.json": '{"name": "a", "private": true, "scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}}',
        "index.js": "const port = process.env.PORT || 5006\napp.listen(port)\n",
    }
    assert services(files) == {"web": (5006,)}


def test_a_port_in_a_script_comes_before_the_frameworks() -> None:
    manifest = '{"name": "a", "private": true, "scripts": {"dev": "next dev -p 3100", "start": "next start"}, "dependencies": {"next": "15"}}'
    assert services({"package.json": manifest}) == {"a": (3100,)}


def test_flask_takes_its_port_from_its_environment() -> None:
    files = {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\n"}
    assert services({**files, ".flaskenv": "FLASK_APP=app.py\nFLASK_RUN_PORT=5050\n"}) == {"web": (5050,)}


def test_an_application_further_in_has_its_folders_name() -> None:
    files = {
        "backend/requirements.txt": "fastapi\n",
        "backend/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    assert services(files) == {"backend": (8000,)}


def test_images_count_beside_programs_in_other_languages_only() -> None:
    serves = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":%s", nil) }\n'
    image = "FROM python\nCOPY . .\nEXPOSE 9100\nCMD python mail.py\n"
    files = {
        "src/cart/go.mod": "module example.org/cart\n", "src/cart/main.go": serves % 7070,
        "src/shop/go.mod": "module example.org/shop\n", "src/shop/main.go": serves % 8080,
    }  # fmt: skip
    mail = {"src/mail/requirements.txt": "grpcio\n", "src/mail/Dockerfile": image, "src/mail/mail.py": ""}
    assert services({**files, **mail}) == {"cart": (7070,), "shop": (8080,), "mail": (9100,)}
    assert services({**files, "src/base/Dockerfile": image, "src/base/mail.py": ""}) == {
        "cart": (7070,),
        "shop": (8080,),
    }


def test_an_image_says_more_than_the_default_of_a_program_without_settings() -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>'
    files = {"src/Api/Api.csproj": project, "src/Api/Program.cs": "WebApplication.CreateBuilder(args).Build().Run();\n"}
    assert services(files) == {"Api": (5000,)}
    image = "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCOPY . .\nEXPOSE 7070\nENTRYPOINT dotnet Api.dll\n"
    assert services({**files, "src/Api/Dockerfile": image}) == {"Api": (7070,)}


def test_projects_side_by_side_that_start_one_image_are_alternatives() -> None:
    one = "services:\n  ci:\n    image: example/ci\n    ports: ['%s:80']\n"
    files = {
        "deploy/a/compose.yml": one % 9000,
        "deploy/b/compose.yml": (one % 9001) + "  forge:\n    image: example/forge\n",
    }
    assert services(files) == {"ci": (9000,), "forge": ()}


def test_each_endpoint_of_an_umbrella_is_a_service() -> None:
    app = 'defmodule A.MixProject do\n  def project, do: [app: :%s, deps: deps()]\n  defp deps, do: [{:phoenix, "~> 1.7"}]\nend\n'
    config = "config :shop, Shop.Endpoint,\n  http: [port: 4000]\n\nconfig :admin, Admin.Endpoint,\n  http: [ip: {0, 0, 0, 0}, port: 4001]\n"
    files = {
        "mix.exs": 'defmodule All.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
        "apps/shop/mix.exs": app % "shop", "apps/admin/mix.exs": app % "admin", "config/dev.exs": config,
    }  # fmt: skip
    assert services(files) == {"shop": (4000,), "admin": (4001,)}


def test_an_application_of_fresh_serves() -> None:
    files = {
        "deno.json": '{"tasks": {"start": "deno run -A --watch=routes/ dev.ts"}, "imports": {"$fresh/": "https://deno.land/x/fresh/"}}',
        "dev.ts": "#!/usr/bin/env -S deno run\n", "routes/index.tsx": "",
    }  # fmt: skip
    assert [one.port for one in facts_of(files).services] == [8000]


def test_a_program_inside_of_what_compose_builds_is_its_service() -> None:
    files = {
        "compose.yml": "services:\n  server:\n    build: ./backend\n    ports: ['8000:8000']\n",
        "backend/pyproject.toml": "[project]\nname = 'app'\ndependencies = ['fastapi']\n",
        "backend/app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    assert services(files) == {"server": (8000,)}


def test_the_only_program_of_a_module_has_the_modules_name() -> None:
    main = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":9000", nil) }\n'
    assert services({"go.mod": "module example.org/news\n", "cmd/main.go": main}) == {"news": (9000,)}


def test_a_server_without_a_number_listens_where_its_dev_script_says() -> None:
    scripts = '{"dev": "PORT=3000 node ./server/dev.js", "start": "node ."}'
    manifest = f'{{"name": "a", "private": true, "scripts": {scripts}, "dependencies": {{"express": "5"}}}}'
    assert services({"package.json": manifest}) == {"a": (3000,)}


def test_a_servers_settings_module_tells_its_port() -> None:
    files = {
        "package.json": '{"name": "a", "private": true, "scripts": {"start": "node src/index.js"}, "dependencies": {"express": "5"}}',
        "src/index.js": "const config = require('./config')\napp.listen(config.port)\n",
        "src/config/index.js": "module.exports = { db: { port: process.env.DB_PORT || 5432 }, port: process.env.PORT || 8800 }\n",
    }
    assert services(files) == {"a": (8800,)}
