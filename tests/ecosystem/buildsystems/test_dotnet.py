""".NET: solutions and their projects, what runs, what tests, and the ports of launch profiles."""

from __future__ import annotations

import json

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

LIBRARY = '\ufeff<Project Sdk="Microsoft.NET.Sdk">\n</Project>\n'
CONSOLE = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup></Project>\n'
WEB = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n'
TESTS = '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" /></ItemGroup></Project>\n'


def solution(*paths: str) -> str:
    lines = [f'Project("{{9A19103F}}") = "{path}", "{path}", "{{AB00B377}}"\nEndProject' for path in paths]
    return "\ufeff\nMicrosoft Visual Studio Solution File, Format Version 12.00\n" + "\n".join(lines)


def shop() -> dict[str, str]:
    return {
        "Shop.sln": solution("src\\Web\\Web.csproj", "src\\Core\\Core.csproj", "tests\\UnitTests\\UnitTests.csproj"),
        "src/Web/Web.csproj": WEB,
        "src/Core/Core.csproj": LIBRARY,
        "tests/UnitTests/UnitTests.csproj": TESTS,
    }


def test_a_solution_and_its_members() -> None:
    found = facts_of(shop())
    assert pairs_of(found, "dotnet") == {
        ("", "dotnet"),
        ("src/Web", "dotnet"),
        ("src/Core", "dotnet"),
        ("tests/UnitTests", "dotnet"),
    }
    root = component_of(found, "dotnet")
    assert (root.name, root.language, root.member) == ("Shop", "csharp", False)
    assert (root.evidence[0].file, root.evidence[0].line) == ("Shop.sln", 3)
    assert command_of(root, "dotnet:install").argv == ("dotnet", "restore")
    assert command_of(root, "dotnet:build").offline == ("dotnet", "build", "--no-restore")
    assert (command_of(root, "dotnet:test").argv, command_of(root, "dotnet:test").role) == (("dotnet", "test"), "test")
    assert command_of(root, "dotnet:run").argv == ("dotnet", "run", "--project", "src/Web")
    assert command_of(root, "dotnet:watch").role == "dev"
    assert component_of(found, "dotnet", "src/Core").member
    assert [(one.language, one.name, one.dir) for one in found.package_managers] == [("csharp", "dotnet", "")]


def test_a_lock_file_gives_the_locked_form() -> None:
    found = facts_of(shop() | {"src/Core/packages.lock.json": "{}"})
    assert command_of(component_of(found, "dotnet"), "dotnet:install").locked == ("dotnet", "restore", "--locked-mode")


def test_of_two_solutions_the_one_that_ci_builds_is_named() -> None:
    ci = "jobs:\n  a:\n    steps:\n      - run: dotnet build ./Shop.sln\n"
    files = shop() | {"Everything.sln": solution("src\\Web\\Web.csproj"), ".github/workflows/ci.yml": ci}
    root = component_of(facts_of(files), "dotnet")
    assert command_of(root, "dotnet:build").argv == ("dotnet", "build", "Shop.sln")
    assert root.rejected[0].source and root.rejected[0].source.file == "Everything.sln"


def test_a_new_solution_format_and_another_language() -> None:
    found = facts_of(
        {"App.slnx": '<Solution>\n  <Project Path="App/App.fsproj" />\n</Solution>\n', "App/App.fsproj": CONSOLE}
    )
    root = component_of(found, "dotnet")
    assert root.language == "fsharp"
    assert command_of(root, "dotnet:run").argv == ("dotnet", "run", "--project", "App")
    assert not found.services


def test_a_solution_of_cpp_projects_is_none_of_dotnet() -> None:
    assert not pairs_of(
        facts_of({"build/VS/a.sln": solution("a\\a.vcxproj"), "build/VS/a/a.vcxproj": "<Project/>"}), "dotnet"
    )


def test_programs_that_only_test_or_measure_are_not_started() -> None:
    files = {
        "Lib.sln": solution(
            "src/Lib/Lib.csproj", "test/AotTestApp/AotTestApp.csproj", "perf/Lib.Benchmarks/Lib.Benchmarks.csproj"
        ),
        "src/Lib/Lib.csproj": LIBRARY,
        "test/AotTestApp/AotTestApp.csproj": CONSOLE,
        "perf/Lib.Benchmarks/Lib.Benchmarks.csproj": CONSOLE,
    }
    root = component_of(facts_of(files), "dotnet")
    assert {command.role for command in root.commands} == {"install", "build"}


def test_between_servers_without_a_telling_name_none_is_the_start() -> None:
    files = {
        "S.sln": solution("a/Orders/Orders.csproj", "a/Basket/Basket.csproj"),
        "a/Orders/Orders.csproj": WEB,
        "a/Basket/Basket.csproj": WEB,
    }
    root = component_of(facts_of(files), "dotnet")
    assert all(command.role != "start" for command in root.commands)
    assert command_of(root, "dotnet:run:Orders").argv == ("dotnet", "run", "--project", "a/Orders")


def test_an_aspire_host_starts_everything() -> None:
    host = '<Project Sdk="Aspire.AppHost.Sdk/13.0.0"></Project>'
    files = {
        "S.sln": solution("Web/Web.csproj", "Host/S.AppHost.csproj"),
        "Web/Web.csproj": WEB,
        "Host/S.AppHost.csproj": host,
    }
    assert command_of(component_of(facts_of(files), "dotnet"), "dotnet:run").argv == (
        "dotnet",
        "run",
        "--project",
        "Host",
    )


def test_the_port_of_a_launch_profile() -> None:
    profiles = {
        "IIS Express": {"commandName": "IISExpress", "applicationUrl": "http://localhost:1111"},
        "Web": {"commandName": "Project", "applicationUrl": "https://localhost:7001;http://localhost:5123"},
    }
    settings = json.dumps({"profiles": profiles}, indent=1)
    service = facts_of(shop() | {"src/Web/Properties/launchSettings.json": settings}).services[0]
    assert (service.name, service.port, service.source.file) == ("Web", 5123, "src/Web/Properties/launchSettings.json")
    assert service.source.line == 9


def test_kestrels_endpoint_goes_before_the_profile_and_its_default_comes_last() -> None:
    kestrel = json.dumps({"Kestrel": {"Endpoints": {"Http": {"Url": "http://*:8081"}}}})
    assert facts_of(shop() | {"src/Web/appsettings.json": kestrel}).services[0].port == 8081
    assert facts_of(shop()).services[0].port == 5000


def test_a_web_project_that_compose_builds_is_composes_service() -> None:
    compose = "services:\n  shop:\n    build: {context: ., dockerfile: src/Web/Dockerfile}\n    ports: ['5106:80']\n"
    assert [(one.name, one.port) for one in facts_of(shop() | {"docker-compose.yml": compose}).services] == [
        ("shop", 5106)
    ]


def test_the_sdk_that_global_json_pins_and_its_test_platform() -> None:
    pinned = '{\n "sdk": {"version": "10.0.100"},\n "test": {"runner": "Microsoft.Testing.Platform"}}'
    found = facts_of(shop() | {"global.json": pinned, "Other.sln": solution("src\\Core\\Core.csproj")})
    assert ("dotnet", "10.0.100", 2) in [(one.tool, one.version, one.source.line) for one in found.versions]
    assert command_of(component_of(found, "dotnet"), "dotnet:test").argv == ("dotnet", "test", "--solution", "Shop.sln")


def test_a_broken_project_is_still_reported() -> None:
    assert component_of(facts_of({"a/a.csproj": "\0\0"}), "dotnet", "a").confidence == 0.5


def test_what_stands_in_a_comment_does_not_count() -> None:
    text = '<Project Sdk="Microsoft.NET.Sdk"><!-- <OutputType>Exe</OutputType> --></Project>'
    assert all(command.role != "start" for command in component_of(facts_of({"a.csproj": text}), "dotnet").commands)


def test_a_members_own_old_solution_leaves_it_a_member() -> None:
    found = facts_of(shop() | {"src/Core/Core.sln": solution("Core.csproj")})
    assert component_of(found, "dotnet", "src/Core").member
    assert [one.dir for one in found.package_managers] == [""]
