"""Stack and Cabal: workspaces, packages by .cabal file or hpack, and which manager the maintainers use."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

CABAL = "cabal-version: 2.4\nname: ledger\n\nlibrary\n  build-depends: base\n\nexecutable ledger\n  main-is: Main.hs\n\ntest-suite spec\n  type: exitcode-stdio-1.0\n"
WEB = CABAL.replace("ledger", "ledger-web")
HPACK = "name: ledger\ndependencies:\n- base\nexecutables:\n  ledger:\n    main: Main.hs\n  # ghost:\ntests:\n  spec:\n    main: Spec.hs\n"
CI = "jobs:\n  a:\n    steps:\n      - run: cabal build all\n"


def test_stack_and_cabal_side_by_side() -> None:
    files = {
        "stack.yaml": "# plan\nresolver: lts-22.1\n",
        "stack.yaml.lock": "",
        "cabal.project": "packages: */\n",
        "core/ledger.cabal": CABAL,
        "web/web.cabal": WEB,
    }
    found = facts_of(files)
    assert pairs_of(found, "stack", "cabal") == {("", "stack"), ("", "cabal"), ("core", "cabal"), ("web", "cabal")}
    stack = component_of(found, "stack")
    install = command_of(stack, "stack:install")
    assert install.argv == ("stack", "build", "--test", "--only-dependencies")
    assert install.locked == ("stack", "--lock-file", "error-on-write", "build", "--test", "--only-dependencies")
    assert command_of(stack, "stack:run:ledger").role == "start"
    assert command_of(stack, "stack:run:ledger-web").role == "other"
    cabal = component_of(found, "cabal")
    assert command_of(cabal, "cabal:build").offline == ("cabal", "build", "all", "--offline")
    member = component_of(found, "cabal", "core")
    assert (member.name, member.member, member.evidence[0].line) == ("ledger", True, 2)
    assert member.rejected[0].system == "stack"
    assert [(one.language, one.name) for one in found.package_managers] == [("haskell", "stack")]
    assert ("stackage", "lts-22.1", 2) in [(one.tool, one.version, one.source.line) for one in found.versions]


def test_ci_that_only_runs_cabal_overrules_a_stack_file() -> None:
    found = facts_of({"stack.yaml": "resolver: lts\n", "a.cabal": CABAL, ".github/workflows/ci.yml": CI})
    assert [(one.name, one.reason) for one in found.package_managers] == [("cabal", "CI runs cabal")]


def test_a_package_alone() -> None:
    found = facts_of({"ledger.cabal": CABAL})
    cabal = component_of(found, "cabal")
    assert command_of(cabal, "cabal:test").argv == ("cabal", "test", "all")
    assert command_of(cabal, "cabal:run:ledger").argv == ("cabal", "run", "ledger")
    assert not pairs_of(found, "stack")


def test_hpack_below_a_stack_file() -> None:
    found = facts_of({"stack.yaml": "resolver: lts\n", "core/package.yaml": HPACK})
    assert pairs_of(found, "stack", "cabal") == {("", "stack"), ("core", "stack")}
    assert [one.name for one in component_of(found, "stack").commands if "run" in one.name] == ["stack:run:ledger"]
    assert command_of(component_of(found, "stack"), "stack:test").role == "test"


def test_a_stack_file_further_in_is_a_project_of_its_own() -> None:
    found = facts_of(
        {"stack.yaml": "resolver: lts\n", "tools/x/stack.yaml": "resolver: lts\n", "tools/x/x.cabal": CABAL}
    )
    own = component_of(found, "stack", "tools/x")
    assert not own.member and command_of(own, "stack:tools/x:build").argv == ("stack", "build")


def test_npms_package_yaml_is_not_hpacks() -> None:
    assert not pairs_of(
        facts_of({"package.yaml": "name: web\nscripts:\n  build: tsc\ndependencies:\n  a: 1.0.0\n"}), "stack", "cabal"
    )


def test_ci_that_mostly_runs_cabal_overrules_a_stack_file() -> None:
    lines = "".join(
        f"      - run: {line}\n" for line in ("cabal build all", "cabal test all", "stack --no-terminal test")
    )
    ci = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{lines}"
    found = facts_of({"stack.yaml": "resolver: lts\n", "a.cabal": CABAL, ".github/workflows/ci.yml": ci})
    assert [one.name for one in found.package_managers] == ["cabal"]
