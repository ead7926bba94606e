"""Dart, Flutter, pub workspaces and Melos."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

APP = "name: shop\nenvironment:\n  sdk: ^3.4.0\n  flutter: '>=3.22.0'\ndependencies:\n  flutter:\n    sdk: flutter\n"


def test_a_flutter_application() -> None:
    files = {
        "pubspec.yaml": APP,
        "pubspec.lock": "",
        "lib/main.dart": "void main() {}\n",
        "android/app/x": "",
        "test/a_test.dart": "",
        "analysis_options.yaml": "",
        ".fvmrc": '{"flutter": "3.24.0"}',
    }
    found = facts_of(files)
    app = component_of(found, "flutter")
    install = command_of(app, "flutter:install")
    assert install.locked == ("flutter", "pub", "get", "--enforce-lockfile")
    assert install.offline == ("flutter", "pub", "get", "--offline")
    assert command_of(app, "flutter:test").argv == ("flutter", "test")
    assert (command_of(app, "flutter:run").role, command_of(app, "flutter:build").argv) == (
        "start",
        ("flutter", "build", "apk"),
    )
    assert command_of(app, "flutter:analyze").role == "lint"
    assert {("dart", "^3.4.0"), ("flutter", ">=3.22.0"), ("flutter", "3.24.0")} <= {
        (one.tool, one.version) for one in found.versions
    }
    assert [(one.language, one.name) for one in found.package_managers] == [("dart", "flutter")]


def test_a_flutter_plugin_is_not_run() -> None:
    plugin = component_of(
        facts_of({"pubspec.yaml": APP + "flutter:\n  plugin: {}\n", "lib/main.dart": "", "android/x": ""}), "flutter"
    )
    assert all(command.role not in ("start", "build") for command in plugin.commands)


def test_a_workspace_with_melos() -> None:
    files = {
        "pubspec.yaml": "name: _\nworkspace:\n  - pkgs/a\n",
        "melos.yaml": "name: all\npackages:\n  - tools/*\nscripts:\n  test:\n    run: melos exec flutter test\n  gen: dart run build\n",
        "pkgs/a/pubspec.yaml": "name: a\nresolution: workspace\n",
        "tools/b/pubspec.yaml": APP,
        "other/pubspec.yaml": "name: c\n",
    }
    found = facts_of(files)
    assert component_of(found, "dart", "pkgs/a").member and component_of(found, "flutter", "tools/b").member
    assert not component_of(found, "dart", "other").member
    melos = component_of(found, "melos")
    assert command_of(melos, "melos:bootstrap").role == "install"
    script = command_of(melos, "melos:test")
    assert (script.argv, script.role, script.source.line) == (("melos", "run", "test"), "test", 5)
    assert command_of(melos, "melos:gen").role == "other"


def test_melos_in_the_pubspec_itself() -> None:
    found = facts_of({"pubspec.yaml": "name: _\nmelos:\n  scripts:\n    lint: dart analyze .\n"})
    assert command_of(component_of(found, "melos"), "melos:lint").role == "lint"
    assert not pairs_of(facts_of({"pubspec.yaml": "name: a\n"}), "melos")


def test_a_server_in_bin_and_its_port() -> None:
    main = "void main() async {\n  final port = int.parse(Platform.environment['PORT'] ?? '8085');\n}\n"
    found = facts_of({"pubspec.yaml": "name: api\ndependencies:\n  shelf: ^1.4.0\n", "bin/server.dart": main})
    assert command_of(component_of(found, "dart"), "dart:run").argv == ("dart", "run", "bin/server.dart")
    assert [(one.name, one.port, one.source.line) for one in found.services] == [("api", 8085, 2)]
