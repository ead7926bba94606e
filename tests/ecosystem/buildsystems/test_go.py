"""Go: modules, workspaces, the program that a module is about, and what serves."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

MAIN = "package main\n\nfunc main() {\n\trun()\n}\n"
SERVER = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9090", nil)\n}\n'


def test_a_module_with_its_commands() -> None:
    sources = {"tool.go": "package tool\n", "tool_test.go": "package tool\n"}
    found = facts_of({"go.mod": "module example.org/tool\n\ngo 1.22\n", **sources})
    module = component_of(found, "go")
    assert (module.name, module.language, module.evidence[0].line) == ("example.org/tool", "go", 1)
    build = command_of(module, "go:build")
    assert build.argv == ("go", "build", "./...")
    assert build.locked == ("go", "build", "-mod=readonly", "./...")
    assert build.offline == ("env", "GOPROXY=off", "go", "build", "./...")
    assert command_of(module, "go:install").argv == ("go", "mod", "download")
    assert command_of(module, "go:test").role == "test"
    assert [(one.tool, one.version) for one in found.versions] == [("go", ">=1.22")]
    assert [(one.language, one.name) for one in found.package_managers] == [("go", "go")]


def test_a_library_starts_nothing_and_without_tests_tests_nothing() -> None:
    found = component_of(facts_of({"go.mod": "module example.org/lib\n", "lib.go": "package lib\n"}), "go")
    assert {command.role for command in found.commands} & {"start", "test", "dev"} == set()


def test_the_program_of_the_modules_name_is_started() -> None:
    found = component_of(
        facts_of(
            {
                "go.mod": "module example.org/age/v2\n",
                "age.go": "package age\n",
                "cmd/age/age.go": MAIN,
                "cmd/age-keygen/main.go": MAIN,
                "internal/gen/main.go": MAIN,
            }
        ),
        "go",
    )
    starts = [command for command in found.commands if command.role == "start"]
    assert [command.argv for command in starts] == [("go", "run", "./cmd/age")]
    assert (starts[0].source.file, starts[0].source.line) == ("cmd/age/age.go", 3)


def test_of_many_programs_none_is_preferred() -> None:
    files = {"go.mod": "module example.org/buildtools\n", "one/one.go": MAIN, "two/two.go": MAIN}
    found = component_of(facts_of(files), "go")
    assert [command.role for command in found.commands if "run" in command.name] == ["other", "other"]


def test_a_file_that_is_ignored_or_that_keeps_dependencies_is_no_program() -> None:
    files = {
        "go.mod": "module example.org/keep\n",
        "tools.go": "//go:build ignore\n\npackage main\n\nfunc main() {}\n",
        "dummy.go": 'package main\n\nimport _ "example.org/kept"\n',
    }
    assert not [one for one in component_of(facts_of(files), "go").commands if one.role == "start"]


def test_a_server_is_a_service_with_its_port() -> None:
    found = facts_of({"go.mod": "module example.org/shop\n", "main.go": SERVER})
    service = found.services[0]
    assert (service.name, service.port, service.argv) == ("shop", 9090, ("go", "run", "."))
    assert (service.source.file, service.source.line) == ("main.go", 6)


def test_a_port_of_a_database_is_not_ones_own() -> None:
    settings = 'package config\n\nvar dbAddr = "localhost:5432"\nvar listenAddr = "127.0.0.1:8080"\n'
    server = SERVER.replace('":9090"', "addr")
    found = facts_of({"go.mod": "module example.org/x\n", "main.go": server, "config/config.go": settings})
    assert found.services[0].port == 8080


def test_a_command_line_tool_is_no_service() -> None:
    assert facts_of({"go.mod": "module example.org/x\n", "main.go": MAIN}).services == ()


def test_a_workspace_and_its_members() -> None:
    found = facts_of(
        {
            "go.work": "go 1.22\n\nuse (\n\t./api // the types\n\t./server\n)\n",
            "api/go.mod": "module example.org/api\n",
            "api/a.go": "package api\n",
            "server/go.mod": "module example.org/server\n",
            "server/main.go": MAIN,
            "loose/go.mod": "module example.org/loose\n",
        }
    )
    assert pairs_of(found, "go") == {("", "go"), ("api", "go"), ("server", "go"), ("loose", "go")}
    assert [component_of(found, "go", dir).member for dir in ("api", "server", "loose")] == [True, True, False]
    root = component_of(found, "go")
    assert command_of(root, "go:build").argv == ("go", "build", "./api/...", "./server/...")
    assert sorted(one.dir for one in found.package_managers) == ["", "loose"]


def test_vendored_modules_and_test_data_are_no_components() -> None:
    found = facts_of(
        {"go.mod": "module example.org/x\n", "vendor/y/go.mod": "module y\n", "testdata/z/go.mod": "module z\n"}
    )
    assert pairs_of(found, "go") == {("", "go")}


def test_lint_needs_ground() -> None:
    module = {"go.mod": "module example.org/x\n", "x.go": "package x\n"}
    plain = component_of(facts_of(module), "go")
    assert command_of(plain, "go:vet").role == "check"
    configured = component_of(facts_of({**module, ".golangci.yml": "version: 2\n"}), "go")
    assert command_of(configured, "go:golangci-lint").argv == ("golangci-lint", "run")
    workflow = "jobs:\n  a:\n    steps:\n      - run: go vet ./...\n"
    vetted = component_of(facts_of({**module, ".github/workflows/ci.yml": workflow}), "go")
    assert command_of(vetted, "go:vet").role == "lint"


def test_air_is_the_development_run() -> None:
    found = component_of(
        facts_of({"go.mod": "module example.org/x\n", "main.go": SERVER, ".air.toml": 'root = "."\n'}), "go"
    )
    assert command_of(found, "go:dev").argv == ("air",)


def test_gin_listens_on_its_own_port_when_it_is_given_none() -> None:
    text = 'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tr := gin.Default()\n\tr.Run() // listens\n}\n'
    service = facts_of({"go.mod": "module example.org/acme/server\n", "hello.go": text}).services[0]
    assert (service.name, service.port, service.source.line) == ("acme", 8080, 7)


def test_compose_and_procfile_tell_of_the_program_themselves() -> None:
    module = {"go.mod": "module example.org/shop\n", "main.go": SERVER}
    found = facts_of({**module, "Procfile": "web: bin/shop\n"})
    assert [one.name for one in found.services] == ["web"]
    beside = facts_of(
        {**module, "docker/compose.yaml": "services:\n  shop:\n    image: acme/shop:1\n    ports: ['80:9090']\n"}
    )
    assert [(one.name, one.port) for one in beside.services] == [("shop", 80)]
    database = facts_of({**module, "compose.yaml": "services:\n  db:\n    image: postgres:16\n"})
    assert {one.name for one in database.services} == {"shop", "db"}


def test_a_profiler_is_no_service() -> None:
    main = 'package main\n\nimport (\n\t"net/http"\n\t_ "net/http/pprof"\n)\n\nfunc main() {\n\tgo http.ListenAndServe("localhost:6060", nil)\n}\n'
    assert facts_of({"go.mod": "module example.org/tool\n\ngo 1.22\n", "main.go": main}).services == ()
