"""Meson, Autotools, Bazel, Buck, Please, Zig, Swift and Xcode."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

MESON = "# a compositor\nproject(\n  'way',\n  'c',\n  version: '1.0',\n  meson_version: '>= 1.3',\n)\nsubdir('way')\n"


def test_meson_builds_and_finds_its_tests_and_its_program() -> None:
    found = facts_of(
        {
            "meson.build": MESON,
            "way/meson.build": "executable(\n  'way',\n  sources)\ntest('it', exe)\n",
            "subprojects/dep/meson.build": "project('dep', 'c')\n",
        }
    )
    project = component_of(found, "meson")
    assert (project.name, project.language, project.evidence[0].line) == ("way", "c", 3)
    assert command_of(project, "meson:build").argv == ("sh", "-c", "meson setup build && meson compile -C build")
    assert command_of(project, "meson:setup").offline == ("meson", "setup", "build", "--wrap-mode=nodownload")
    assert command_of(project, "meson:test").argv == ("meson", "test", "-C", "build")
    assert command_of(project, "meson:run").argv == ("./build/way/way",)
    assert pairs_of(found, "meson") == {("", "meson"), ("subprojects/dep", "meson")}
    assert component_of(found, "meson", "subprojects/dep").place == "vendored"
    assert [(one.tool, one.version) for one in found.versions] == [("meson", ">=1.3")]


def test_a_meson_file_without_a_project_belongs_above_and_no_test_means_none() -> None:
    found = facts_of({"meson.build": MESON, "way/meson.build": "executable('other', sources)\n"})
    assert pairs_of(found, "meson") == {("", "meson")}
    assert {one.role for one in component_of(found, "meson").commands} == {"other", "build"}


AUTOCONF = "AC_PREREQ([2.69])\nAC_INIT([mux], 3.4)\nAC_PROG_CC\n"


def test_autotools_bootstraps_with_the_projects_own_script() -> None:
    files = {"configure.ac": AUTOCONF, "autogen.sh": "", "Makefile.am": "bin_PROGRAMS = mux\n"}
    found = component_of(facts_of(files), "autotools")
    assert (found.name, found.language, found.evidence[0].line) == ("mux", "c", 2)
    assert command_of(found, "autotools:build").argv == ("sh", "-c", "./autogen.sh && ./configure && make")
    assert not [one for one in found.commands if one.role in ("test", "install")]


def test_autotools_checks_where_tests_are_listed() -> None:
    files = {
        "configure.ac": AUTOCONF,
        "Makefile.am": "SUBDIRS = t\n",
        "t/Makefile.am": "TESTS = a.sh\n",
        "configure": "",
    }
    found = facts_of(files)
    project = component_of(found, "autotools")
    assert command_of(project, "autotools:build").argv == ("sh", "-c", "./configure && make")
    assert command_of(project, "autotools:test").source.file == "t/Makefile.am"
    assert pairs_of(found) == {("", "autotools")}


def test_bazel_is_one_component_a_workspace() -> None:
    found = facts_of(
        {
            "MODULE.bazel": 'module(\n  name = "tools",\n)\nbazel_dep(name = "rules_go", version = "0.50")\n',
            ".bazelversion": "7.1.0\n",
            "BUILD.bazel": "",
            "pkg/BUILD.bazel": 'go_test(\n    name = "x_test",\n)\n',
            "examples/one/MODULE.bazel": "",
        }
    )
    assert pairs_of(found, "bazel") == {("", "bazel"), ("examples/one", "bazel")}
    root = component_of(found, "bazel")
    assert (root.name, root.language) == ("tools", "go")
    assert command_of(root, "bazel:test").source.file == "pkg/BUILD.bazel"
    assert command_of(root, "bazel:build").locked == ("bazel", "build", "--lockfile_mode=error", "//...")
    assert ("bazel", "7.1.0") in {(one.tool, one.version) for one in found.versions}


def test_bazel_without_tests_tests_nothing() -> None:
    root = component_of(facts_of({"WORKSPACE": "", "BUILD": 'cc_library(name = "a")\n'}), "bazel")
    assert {one.role for one in root.commands} == {"install", "build"}


def test_buck_and_please() -> None:
    buck = {".buckconfig": "[cells]\n  root = .\n", "BUCK": "", "sub/BUCK": ""}
    found = facts_of({**buck, "plz/.plzconfig": "[please]\nversion = 17.1.0\n"})
    assert pairs_of(found, "buck", "please") == {("", "buck"), ("plz", "please")}
    assert command_of(component_of(found, "buck"), "buck:build").argv == ("buck2", "build", "//...")
    assert command_of(component_of(found, "please", "plz"), "please:plz:test").argv == ("plz", "test", "//...")
    assert ("please", "17.1.0") in {(one.tool, one.version) for one in found.versions}


ZIG = """\
pub fn build(b: *std.Build) void {
    const test_step = b.step("test", "Run the tests");
    const run_step = b.step("run", "Run the app");
    const demo = b.step("serve", "Run the example server");
}
"""
ZON = """\
.{
    .name = .server,
    .minimum_zig_version = "0.13.0",
    .dependencies = .{
        // why
        .known = .{},
    },
}
"""


def test_zig_steps_are_read_and_only_steps_that_are_there_are_offered() -> None:
    found = facts_of({"build.zig": ZIG, "build.zig.zon": ZON})
    project = component_of(found, "zig")
    assert project.name == "server"
    assert command_of(project, "zig:fetch").role == "install"
    assert (command_of(project, "zig:test").argv, command_of(project, "zig:test").source.line) == (
        ("zig", "build", "test"),
        2,
    )
    assert command_of(project, "zig:run").role == "start"
    assert command_of(project, "zig:serve").role == "other"
    assert [(one.tool, one.version) for one in found.versions] == [("zig", ">=0.13.0")]
    bare = component_of(
        facts_of({"build.zig": "", "build.zig.zon": ".{ .dependencies = .{\n // none yet\n }, }"}), "zig"
    )
    assert [one.name for one in bare.commands] == ["zig:build"]


PACKAGE = """\
// swift-tools-version:5.9
import PackageDescription
let package = Package(
    name: "parser",
    products: [.library(name: "Parser", targets: ["Parser"])],
    targets: [
        .target(name: "Parser"),
        // .executableTarget(name: "old"),
        .executableTarget(name: "roll-example"),
        .testTarget(name: "ParserTests"),
    ])
"""


def test_a_swift_library_tests_and_starts_no_example() -> None:
    found = facts_of({"Package.swift": PACKAGE, "Package.resolved": "{}"})
    package = component_of(found, "swift")
    assert (package.name, package.language) == ("parser", "swift")
    assert command_of(package, "swift:test").locked == ("swift", "test", "--only-use-versions-from-resolved-file")
    assert command_of(package, "swift:resolve").role == "install"
    assert not [one for one in package.commands if one.role in ("start", "lint")]
    assert [(one.tool, one.version) for one in found.versions] == [("swift", ">=5.9")]
    assert [(one.language, one.name) for one in found.package_managers] == [("swift", "swift")]


def test_a_vapor_application_is_a_service() -> None:
    needs = 'dependencies: [.package(url: "https://github.com/vapor/vapor.git")]'
    text = f'Package(\n name: "api",\n {needs},\n targets: [.executableTarget(name: "App")])\n'
    found = facts_of({"Package.swift": text})
    assert [(one.name, one.port, one.argv) for one in found.services] == [("App", 8080, ("swift", "run", "App"))]


def test_xcode_bundles_belong_to_the_folder_that_holds_them() -> None:
    scheme = "<Scheme><TestAction><Testables><TestableReference/></Testables></TestAction></Scheme>"
    found = facts_of(
        {
            "ios/App.xcodeproj/project.pbxproj": "// !$*UTF8*$!\n",
            "ios/App.xcodeproj/project.xcworkspace/contents.xcworkspacedata": "",
            "ios/App.xcodeproj/xcshareddata/xcschemes/App.xcscheme": scheme,
            "ios/App/main.swift": "",
            "ios/Podfile": "platform :ios\n",
            "ios/Podfile.lock": "",
        }
    )
    assert pairs_of(found) == {("ios", "xcode"), ("ios", "cocoapods")}
    app = component_of(found, "xcode", "ios")
    assert command_of(app, "xcode:ios:test:App").argv == (
        "xcodebuild",
        "-project",
        "App.xcodeproj",
        "-scheme",
        "App",
        "test",
    )
    pods = component_of(found, "cocoapods", "ios")
    assert (pods.commands[0].argv, pods.commands[0].locked) == (("pod", "install"), ("pod", "install", "--deployment"))


def test_builders_and_managers_with_little_to_list() -> None:
    found = facts_of(
        {
            "xmake.lua": 'target("x")\n  add_tests("a")\n',
            "sub/xmake.lua": 'target("y")\n',
            "gui/app.pro": "QT += widgets\nTEMPLATE = app\n",
            "gui/part/part.pro": "TEMPLATE = lib\n",
            "other/notes.pro": "% prolog\nfact(a).\n",
            "ports/vcpkg.json": '{"name": "thing"}',
            "pkg/conanfile.py": "class A(ConanFile): ...\n",
            "pkg/conan.lock": "{}",
        }
    )
    assert pairs_of(found) == {("", "xmake"), ("gui", "qmake"), ("ports", "vcpkg"), ("pkg", "conan")}
    assert command_of(component_of(found, "xmake"), "xmake:test").argv == ("xmake", "test")
    install = command_of(component_of(found, "conan", "pkg"), "conan:pkg:install")
    assert install.locked == ("conan", "install", ".", "--lockfile=conan.lock")
    assert component_of(found, "vcpkg", "ports").name == "thing"
    assert {(one.dir, one.name) for one in found.package_managers} == {("ports", "vcpkg"), ("pkg", "conan")}
