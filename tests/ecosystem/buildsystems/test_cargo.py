"""Cargo: crates, workspaces, the program that people run, what serves; cargo-make's tasks."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

TOOL = '[package]\nname = "tool"\nversion = "1.0.0"\nrust-version = "1.75"\n'


def crate(name: str, more: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "1.0.0"\n{more}'


def test_a_crate_with_a_program() -> None:
    found = facts_of(
        {"Cargo.toml": TOOL, "src/main.rs": "fn main() {}\n", "src/lib.rs": "", "rust-toolchain": "1.80.0\n"}
    )
    tool = component_of(found, "cargo")
    assert (tool.name, tool.language, tool.evidence[0].line) == ("tool", "rust", 1)
    assert command_of(tool, "cargo:fetch").role == "install"
    assert command_of(tool, "cargo:fetch").locked == ("cargo", "fetch", "--locked")
    assert command_of(tool, "cargo:test").argv == ("cargo", "test")
    assert command_of(tool, "cargo:test").offline == ("cargo", "test", "--offline")
    assert command_of(tool, "cargo:run").argv == ("cargo", "run")
    assert command_of(tool, "cargo:run").role == "start"
    assert {(one.tool, one.version) for one in found.versions} == {("rust", "1.80.0"), ("rust", ">=1.75")}
    assert [(one.language, one.name) for one in found.package_managers] == [("rust", "cargo")]


def test_members_are_found_by_glob_and_by_path_and_excluded_ones_are_not() -> None:
    found = facts_of(
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n',
            "crates/a/Cargo.toml": crate("a"),
            "crates/old/Cargo.toml": crate("old"),
            "fuzz/Cargo.toml": crate("x-fuzz", "[workspace]\n"),
        }
    )
    assert pairs_of(found, "cargo") == {
        ("", "cargo"),
        ("crates/a", "cargo"),
        ("crates/old", "cargo"),
        ("fuzz", "cargo"),
    }
    members = {dir: component_of(found, "cargo", dir).member for dir in ("crates/a", "crates/old", "fuzz")}
    assert members == {"crates/a": True, "crates/old": False, "fuzz": False}


def test_a_path_dependency_of_the_root_is_a_member() -> None:
    root = '[package]\nname = "x"\n[workspace]\n[dependencies]\nx-macro = { path = "macro" }\n'
    found = facts_of({"Cargo.toml": root, "macro/Cargo.toml": crate("x-macro")})
    assert component_of(found, "cargo", "macro").member


def test_a_workspace_tests_all_its_members() -> None:
    root = component_of(facts_of({"Cargo.toml": '[workspace]\nmembers = ["a"]\n', "a/Cargo.toml": crate("a")}), "cargo")
    assert command_of(root, "cargo:test").argv == ("cargo", "test", "--workspace")
    assert command_of(root, "cargo:build").argv == ("cargo", "build")


def test_the_program_of_a_virtual_workspace_is_started_and_xtask_never_is() -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["ed-core", "ed-term", "xtask"]\n',
        "ed-core/Cargo.toml": crate("ed-core"),
        "ed-core/src/lib.rs": "",
        "ed-term/Cargo.toml": crate("ed-term", '[[bin]]\nname = "ed"\npath = "src/main.rs"\n'),
        "ed-term/src/main.rs": "fn main() {}\n",
        "xtask/Cargo.toml": crate("xtask"),
        "xtask/src/main.rs": "fn main() {}\n",
        ".cargo/config.toml": '[alias]\nxtask = "run -p xtask --"\nintegration-test = "test --test integration"\n',
    }
    root = component_of(facts_of(files), "cargo")
    assert [one.argv for one in root.commands if one.role == "start"] == [("cargo", "run", "-p", "ed-term")]
    assert command_of(root, "cargo:xtask").role == "other"
    assert command_of(root, "cargo:xtask").origin == "script"


def test_helpers_beside_a_library_are_not_started() -> None:
    files = {"Cargo.toml": crate("plan"), "src/lib.rs": "", "src/bin/dump-schema.rs": "fn main() {}\n"}
    assert not [one for one in component_of(facts_of(files), "cargo").commands if one.role == "start"]


def test_default_run_decides_between_programs() -> None:
    files = {"Cargo.toml": crate("x", 'default-run = "b"\n'), "src/bin/a.rs": "", "src/bin/b.rs": ""}
    root = component_of(facts_of(files), "cargo")
    assert [one.argv for one in root.commands if one.role == "start"] == [("cargo", "run")]
    assert command_of(root, "cargo:run:a").argv == ("cargo", "run", "--bin", "a")


def test_members_of_a_library_start_nothing() -> None:
    files = {
        "Cargo.toml": crate("lib", '[workspace]\nmembers = ["cmd"]\n'),
        "src/lib.rs": "",
        "cmd/Cargo.toml": crate("lib-cmd"),
        "cmd/src/main.rs": "fn main() {}\n",
    }
    found = facts_of(files)
    assert not [one for each in found.components for one in each.commands if one.role == "start"]


def test_a_web_server_is_a_service_by_literal_then_by_framework() -> None:
    manifest = crate("shop", '[dependencies]\naxum = "0.7"\n')
    bound = 'let listener = tokio::net::TcpListener::bind("0.0.0.0:4100");\naxum::serve(listener, app);\n'
    found = facts_of({"Cargo.toml": manifest, "src/main.rs": bound}).services
    assert [(one.name, one.port, one.source.file, one.source.line) for one in found] == [
        ("shop", 4100, "src/main.rs", 1)
    ]
    free = facts_of({"Cargo.toml": manifest, "src/main.rs": "axum::serve(listener, app);\n"}).services
    assert [(one.port, one.source.rule) for one in free] == [(3000, "cargo.axum")]


def test_an_optional_framework_or_a_library_serves_nothing() -> None:
    optional = crate("cli", '[dependencies]\naxum = { version = "0.7", optional = true }\n')
    assert facts_of({"Cargo.toml": optional, "src/main.rs": "axum::serve(a, b);\n"}).services == ()
    library = crate("lib", '[dependencies]\naxum = "0.7"\n')
    assert facts_of({"Cargo.toml": library, "src/lib.rs": "axum::serve(a, b);\n"}).services == ()


def test_clippy_is_the_lint_where_something_says_so() -> None:
    assert command_of(component_of(facts_of({"Cargo.toml": TOOL}), "cargo"), "cargo:clippy").role == "check"
    said = facts_of({"Cargo.toml": TOOL, "clippy.toml": "msrv = '1.75'\n"})
    assert command_of(component_of(said, "cargo"), "cargo:clippy").role == "lint"


def test_a_broken_manifest_is_still_a_component_and_one_without_a_package_is_none() -> None:
    found = facts_of({"Cargo.toml": "[package\n", "conf/Cargo.toml": '[profile.release]\nlto = "thin"\n'})
    assert pairs_of(found, "cargo") == {("", "cargo")}
    assert component_of(found, "cargo").confidence == 0.5
    assert [problem.file for problem in found.problems] == ["Cargo.toml"]


def test_cargo_makes_tasks() -> None:
    tasks = '[tasks.test]\ncommand = "cargo"\nargs = ["test"]\n[tasks.hidden]\nprivate = true\n'
    found = component_of(facts_of({"Cargo.toml": TOOL, "Makefile.toml": tasks}), "cargo-make")
    assert [(one.argv, one.role, one.text, one.source.line) for one in found.commands] == [
        (("cargo", "make", "test"), "test", "cargo test", 1)
    ]


def test_of_a_client_and_a_server_the_server_is_started() -> None:
    manifest = crate("kv", '[[bin]]\nname = "kv-cli"\n[[bin]]\nname = "kv-server"\n')
    found = component_of(facts_of({"Cargo.toml": manifest, "src/lib.rs": ""}), "cargo")
    assert [one.argv for one in found.commands if one.role == "start"] == [("cargo", "run", "--bin", "kv-server")]
