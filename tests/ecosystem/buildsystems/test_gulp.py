"""gulp, Grunt and Jake."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


@pytest.mark.parametrize(
    ("system", "file", "text", "line"),
    [
        ("gulp", "gulpfile.js", "const gulp = require('gulp');\ngulp.task('build', f);\n", 2),
        ("gulp", "gulpfile.mjs", "export const build = series(a, b);\n", 1),
        ("gulp", "gulpfile.ts", "\nexport async function build() {}\n", 2),
        ("gulp", "gulpfile.cjs", "exports.build = build;\nexports.default = build;\n", 1),
        ("grunt", "Gruntfile.js", "module.exports = (grunt) => {\n  grunt.registerTask('build', ['uglify']);\n};\n", 2),
        ("grunt", "Gruntfile.coffee", "module.exports = (grunt) ->\n  grunt.registerTask 'build', ['uglify']\n", 2),
        ("jake", "Jakefile", "task('build', async () => {});\n", 1),
    ],
)
def test_tasks(system, file, text, line):
    component = component_of(facts_of({file: text}), system)
    assert [one.name for one in component.commands] == [f"{system}:build"]
    build = command_of(component, f"{system}:build")
    assert (build.argv, build.role, build.source.file, build.source.line) == ((system, "build"), "build", file, line)


def test_the_runner_of_the_dependencies_and_a_root_script_that_is_surer():
    manifest = '{"devDependencies": {"gulp": "5"}, "scripts": {"build": "gulp build"}}'
    found = facts_of({"package.json": manifest, "gulpfile.js": "exports.build = b;\nexports.lint = l;\n"})
    gulp = component_of(found, "gulp")
    assert command_of(gulp, "gulp:build").argv == ("npx", "gulp", "build")
    assert command_of(gulp, "gulp:build").confidence < 0.6 < command_of(gulp, "gulp:lint").confidence


def test_the_dependency_alone_is_no_component():
    assert (
        pairs_of(facts_of({"package.json": '{"devDependencies": {"gulp": "5", "grunt": "1"}}'}), "gulp", "grunt")
        == set()
    )
