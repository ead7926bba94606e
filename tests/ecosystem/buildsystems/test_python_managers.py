"""Which systems a folder's Python manifests belong to, what each says, and where the evidence is."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n'
PROJECT = '[project]\nname = "kiwi"\nversion = "1"\nrequires-python = ">=3.11"\n'


def managers(found):
    return [(one.name, one.dir) for one in found.package_managers if one.language == "python"]


@pytest.mark.parametrize(
    ("backend", "system", "build"),
    [
        ("hatchling.build", "hatch", ("python", "-m", "build")),
        ("flit_core.buildapi", "flit", ("python", "-m", "build")),
        ("setuptools.build_meta", "setuptools", ("python", "-m", "build")),
        ("poetry.core.masonry.api", "poetry", ("poetry", "build")),
        ("pdm.backend", "pdm", ("pdm", "build")),
        ("uv_build", "uv", ("uv", "build")),
        ("maturin", "maturin", ("maturin", "build", "--release")),
        ("scikit_build_core.build", "scikit-build-core", ("python", "-m", "build")),
        ("mesonpy", "meson-python", ("python", "-m", "build")),
    ],
)
def test_a_bare_backend_names_the_system(backend: str, system: str, build: tuple[str, ...]) -> None:
    found = facts_of({"pyproject.toml": f'{PROJECT}[build-system]\nrequires = []\nbuild-backend = "{backend}"\n'})
    assert pairs_of(found) == {("", system)}
    component = component_of(found, system)
    assert component.name == "kiwi"
    assert (component.evidence[0].file, component.evidence[0].line) == ("pyproject.toml", 5)
    assert command_of(component, f"{system}:build").argv == build


@pytest.mark.parametrize(
    ("lock", "system", "install", "locked"),
    [
        ("uv.lock", "uv", ("uv", "sync"), ("uv", "sync", "--locked")),
        ("poetry.lock", "poetry", ("poetry", "install"), ("poetry", "install")),
        ("pdm.lock", "pdm", ("pdm", "install"), ("pdm", "install", "--frozen-lockfile")),
    ],
)
def test_a_lock_file_names_the_manager_whatever_the_backend(
    lock: str, system: str, install: tuple, locked: tuple
) -> None:
    found = facts_of({"pyproject.toml": PROJECT + HATCHLING, lock: "version = 1\n"})
    assert pairs_of(found) == {("", system)}
    component = component_of(found, system)
    assert component.confidence == 0.95
    assert (component.evidence[0].file, component.evidence[0].line) == (lock, 1)
    command = command_of(component, f"{system}:install")
    assert (command.role, command.argv, command.locked) == ("install", install, locked)
    assert managers(found) == [(system, "")]


def test_uv_has_offline_forms_and_builds_packages_only() -> None:
    packed = component_of(facts_of({"pyproject.toml": PROJECT + HATCHLING, "uv.lock": ""}), "uv")
    assert command_of(packed, "uv:install").offline == ("uv", "sync", "--offline")
    assert command_of(packed, "uv:build").offline == ("uv", "build", "--offline")
    virtual = component_of(facts_of({"pyproject.toml": PROJECT, "uv.lock": ""}), "uv")
    assert [one.name for one in virtual.commands] == ["uv:install"]


def test_uv_takes_the_extra_that_holds_what_developers_need() -> None:
    extra = '[project.optional-dependencies]\ndev = ["pytest"]\n'
    component = component_of(facts_of({"pyproject.toml": PROJECT + extra, "uv.lock": ""}), "uv")
    assert command_of(component, "uv:install").argv == ("uv", "sync", "--extra", "dev")


def test_the_table_of_uv_is_enough_without_a_lock() -> None:
    found = facts_of({"pyproject.toml": PROJECT + SETUPTOOLS + "[tool.uv]\npackage = true\n"})
    assert pairs_of(found) == {("", "uv")}
    assert component_of(found, "uv").evidence[0].line == 8


def test_index_settings_of_uv_beside_requirement_files_are_for_uv_pip() -> None:
    table = '[[tool.uv.index]]\nname = "mirror"\nurl = "https://example.org/simple"\n'
    found = facts_of({"pyproject.toml": PROJECT + SETUPTOOLS + table, "requirements-dev.txt": "pytest\n"})
    assert pairs_of(found) == {("", "setuptools"), ("", "pip")}


def test_settings_of_a_backend_are_not_a_manager() -> None:
    text = '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n[tool.pdm.version]\nsource = "scm"\n'
    assert pairs_of(facts_of({"pyproject.toml": text, "uv.lock": ""})) == {("", "uv")}


def test_poetry_in_package_mode_off_builds_nothing() -> None:
    text = '[tool.poetry]\nname = "site"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.12"\n'
    found = facts_of({"pyproject.toml": text, "poetry.lock": ""})
    assert {one.role for one in component_of(found, "poetry").commands} == {"install"}
    assert [(one.tool, one.version, one.source.line) for one in found.versions] == [("python", "^3.12", 5)]


def test_two_locks_are_a_conflict_that_ci_decides() -> None:
    files = {"pyproject.toml": PROJECT + HATCHLING, "uv.lock": "", "poetry.lock": ""}
    workflow = {".github/workflows/test.yml": "jobs:\n  test:\n    steps:\n      - run: poetry install\n"}
    found = facts_of(files | workflow)
    assert pairs_of(found, "uv", "poetry") == {("", "poetry")}
    assert component_of(found, "poetry").rejected[0].system == "uv"
    assert [(one.dir, len(one.sources)) for one in found.conflicts] == [("", 2)]
    assert pairs_of(facts_of(files)) == {("", "uv")}


def test_pdm_tasks_are_run_through_pdm_and_hooks_are_none() -> None:
    text = (
        f"{PROJECT}[dependency-groups]\ntest = ['pytest']\n"
        "[tool.pdm.scripts]\npre_test = 'echo'\ntest = 'pytest -x'\ndoc = {cmd = 'mkdocs serve'}\n"
        "lint = {composite = ['ruff check', 'mypy']}\n_.env_file = '.env'\n"
    )
    component = component_of(facts_of({"pyproject.toml": text, "pdm.lock": ""}), "pdm")
    test = command_of(component, "pdm:test")
    assert (test.role, test.argv, test.origin, test.confidence, test.source.line) == (
        "test",
        ("pdm", "run", "test"),
        "runner",
        0.95,
        9,
    )
    assert command_of(component, "pdm:doc").role == "docs"
    assert command_of(component, "pdm:lint").text == "ruff check && mypy"
    assert not [one for one in component.commands if "pre_test" in one.name or one.name == "pdm:_"]


def test_hatch_environments_make_hatch_the_manager() -> None:
    text = (
        f"{PROJECT}{HATCHLING}[tool.hatch.envs.default.scripts]\ntest = 'pytest {{args}}'\n"
        "[tool.hatch.envs.docs.scripts]\nbuild = 'mkdocs build'\nserve = 'mkdocs serve'\n"
        "[tool.hatch.envs.types.scripts]\ncheck = 'mypy src'\n[tool.hatch.envs.hatch-static-analysis]\ninstaller = 'uv'\n"
    )
    found = facts_of({"pyproject.toml": text})
    component = component_of(found, "hatch")
    assert managers(found) == [("hatch", "")]
    assert command_of(component, "hatch:install").argv == ("hatch", "env", "create")
    assert command_of(component, "hatch:test").argv == ("hatch", "run", "test")
    assert {one.name for one in component.commands if one.role == "docs"} == {"hatch:docs:build", "hatch:docs:serve"}
    assert command_of(component, "hatch:types:check").source.line == 14
    assert command_of(component, "hatch:lint").argv == ("hatch", "fmt", "--check")
    assert command_of(component, "hatch:build").argv == ("hatch", "build")


def test_hatch_toml_with_its_own_test_environment_runs_hatch_test() -> None:
    files = {
        "pyproject.toml": PROJECT + HATCHLING + '[project.optional-dependencies]\ntest = ["pytest"]\n',
        "hatch.toml": '[envs.hatch-test]\nextra-args = ["-x"]\n[envs.coverage.scripts]\ncombine = "coverage combine"\n',
        "tests/test_kiwi.py": "def test_kiwi(): ...\n",
    }
    component = component_of(facts_of(files), "hatch")
    assert [(one.name, one.argv) for one in component.commands if one.role == "test" and one.confidence > 0.5] == [
        ("hatch:test", ("hatch", "test"))
    ]


def test_hatch_under_uv_stays_a_system_only_for_its_environments() -> None:
    with_environments = PROJECT + HATCHLING + "[tool.hatch.envs.default.scripts]\nlint = 'ruff check'\n"
    assert pairs_of(facts_of({"pyproject.toml": with_environments, "uv.lock": ""})) == {("", "uv"), ("", "hatch")}
    assert pairs_of(
        facts_of({"pyproject.toml": PROJECT + HATCHLING + "[tool.hatch.version]\npath = 'a'\n", "uv.lock": ""})
    ) == {("", "uv")}


def test_pipenv_lists_its_scripts_and_pins() -> None:
    text = (
        "[packages]\nflask = '*'\n[dev-packages]\npytest = '*'\n"
        "[requires]\npython_version = '3.12'\n[scripts]\nserve = 'flask run'\n"
    )
    found = facts_of({"Pipfile": text, "Pipfile.lock": "{}", "test_site.py": ""})
    component = component_of(found, "pipenv")
    install = command_of(component, "pipenv:install")
    assert (install.argv, install.locked) == (("pipenv", "install", "--dev"), ("pipenv", "sync", "--dev"))
    assert command_of(component, "pipenv:serve").source.line == 8
    assert command_of(component, "pipenv:test").argv == ("pipenv", "run", "pytest")
    assert [(one.tool, one.version) for one in found.versions] == [("python", "3.12")]
    assert managers(found) == [("pipenv", "")]


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"setup.py": "from setuptools import setup\nsetup(name='kiwi')\n"}, 2),
        ({"setup.cfg": "[metadata]\nname = kiwi\n"}, 1),
        (
            {
                "setup.py": "import sys\n\nfrom distutils.core import setup\nsetup(name='kiwi')\n",
                "setup.cfg": "[flake8]\nmax = 1\n",
            },
            4,
        ),
    ],
)
def test_setuptools_without_a_pyproject(files: dict[str, str], line: int) -> None:
    found = facts_of(files)
    component = component_of(found, "setuptools")
    assert pairs_of(found) == {("", "setuptools")}
    assert (component.name, component.evidence[0].line) == ("kiwi", line)
    assert command_of(component, "setuptools:install").argv == ("pip", "install", "-e", ".")
    assert managers(found) == [("pip", "")]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[tool.ruff]\nline-length = 99\n"},
        {"setup.cfg": "[aliases]\ntest = pytest\n"},
        {"src/models/setup.py": "class Setup:\n    pass\n"},
        {"package.json": "{}", "environments/environment.prod.ts": ""},
        {"requirements.txt": "The machine must have at least\nfour cores and plenty of memory\n"},
        {".github/scripts/requirements.txt": "requests\n", ".github/scripts/x.py": ""},
        {"docs/requirements.txt": "sphinx\n", "docs/helper.py": ""},
        {"lint-requirements.txt": "ruff\n"},
        {"support/format-requirements.txt": "cmakelang\n", "support/format.py": ""},
    ],
)
def test_files_that_make_no_python_project(files: dict[str, str]) -> None:
    systems = {"pip", "setuptools", "conda", "uv", "hatch", "poetry"}
    assert not pairs_of(facts_of(files)) & {
        (dir, system) for dir, system in pairs_of(facts_of(files)) if system in systems
    }


def test_extras_and_groups_of_developers_belong_to_an_editable_install() -> None:
    extra = facts_of({"pyproject.toml": PROJECT + SETUPTOOLS + '[project.optional-dependencies]\ntests = ["pytest"]\n'})
    assert command_of(component_of(extra, "setuptools"), "setuptools:install").argv == (
        "pip",
        "install",
        "-e",
        ".[tests]",
    )
    group = facts_of({"pyproject.toml": PROJECT + SETUPTOOLS + '[dependency-groups]\ndev = ["pytest"]\n'})
    assert command_of(component_of(group, "setuptools"), "setuptools:install").argv == (
        "pip",
        "install",
        "-e",
        ".",
        "--group",
        "dev",
    )
    legacy = "from setuptools import setup\nsetup(name='kiwi', extras_require={'test': ['pytest'], 'x': []})\n"
    assert (
        command_of(component_of(facts_of({"setup.py": legacy}), "setuptools"), "setuptools:install").argv[-1]
        == ".[test]"
    )


def test_conda_manages_beside_a_bare_backend_with_its_development_environment() -> None:
    files = {
        "pyproject.toml": PROJECT + HATCHLING,
        "environment.yml": "name: kiwi\ndependencies:\n  - numpy\n  - pip:\n      - kiwi\n",
        "environment-dev.yml": "name: kiwi-dev\ndependencies:\n  - python=3.12\n  - numpy\n  - pytest\n",
        "requirements-dev.txt": "pytest\n",
    }
    found = facts_of(files)
    assert pairs_of(found) == {("", "conda"), ("", "hatch"), ("", "pip")}
    install = command_of(component_of(found, "conda"), "conda:install")
    assert (install.argv, install.source.file, install.source.line) == (
        ("conda", "env", "create", "-f", "environment-dev.yml"),
        "environment-dev.yml",
        2,
    )
    assert managers(found) == [("conda", "")]
    assert ("python", "3.12") in {(one.tool, one.version) for one in found.versions}


def test_an_environment_that_ci_makes_with_conda_overrules_requirements() -> None:
    files = {
        "pyproject.toml": PROJECT,
        "requirements.txt": "numpy\n",
        "ci/environment.yml": "name: kiwi\ndependencies:\n  - numpy\n",
    }
    steps = (
        "      - uses: mamba-org/setup-micromamba@v2\n        with:\n          environment-file: ci/environment.yml\n"
    )
    ci = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}      - run: pip install --no-deps -e .\n"
    assert managers(facts_of({**files, ".github/workflows/ci.yml": ci})) == [("conda", "")]
    by_pip = ci + "      - run: pip install -r requirements.txt\n"
    assert managers(facts_of({**files, ".github/workflows/ci.yml": by_pip})) == [("pip", "")]


def test_a_conda_recipe_is_known_by_its_keys() -> None:
    recipe = "{% set v = '1' %}\npackage:\n  name: kiwi\nbuild:\n  number: 0\nrequirements:\n  run: [python]\n"
    component = component_of(facts_of({"conda.recipe/meta.yaml": recipe}), "conda", "conda.recipe")
    assert (component.evidence[0].line, component.commands[0].argv) == (2, ("conda", "build", "."))
    assert pairs_of(facts_of({"content/meta.yaml": "title: x\npackage: y\n"})) == set()


def test_pixi_lists_tasks_of_all_features() -> None:
    text = (
        "[workspace]\nname = 'kiwi'\n[tasks]\nbuild = 'cmake --build build'\n_hidden = 'true'\n"
        "[feature.test.tasks]\ntest = { cmd = ['pytest', '-x'], depends-on = ['build'] }\n"
    )
    found = facts_of({"pixi.toml": text, "pixi.lock": ""})
    component = component_of(found, "pixi")
    assert pairs_of(found) == {("", "pixi")}
    assert command_of(component, "pixi:test").argv == ("pixi", "run", "test")
    assert command_of(component, "pixi:test").source.line == 7
    assert command_of(component, "pixi:install").locked == ("pixi", "install", "--locked")
    assert not [one for one in component.commands if "hidden" in one.name]
    assert managers(found) == [("pixi", "")]


def test_a_broken_pyproject_is_reported_with_half_the_confidence() -> None:
    found = facts_of(
        {"pyproject.toml": "[tool.poetry\nname = 'kiwi'\n[build-system]\nbuild-backend = 'poetry.core.masonry.api'\n"}
    )
    assert component_of(found, "poetry").confidence == 0.5
    assert [one.file for one in found.problems] == ["pyproject.toml"]


def test_a_backend_of_the_repository_itself_is_known_by_its_name() -> None:
    text = PROJECT + '[build-system]\nrequires = []\nbuild-backend = "hatchling.ouroboros"\nbackend-path = ["src"]\n'
    assert pairs_of(facts_of({"backend/pyproject.toml": text})) == {("backend", "hatch")}
    wrapped = (
        PROJECT
        + '[build-system]\nrequires = ["setuptools", "wheel"]\nbuild-backend = "our_backend"\nbackend-path = ["x"]\n'
    )
    assert pairs_of(facts_of({"pyproject.toml": wrapped})) == {("", "setuptools")}


def test_package_managers_and_versions_of_fixtures_are_not_told() -> None:
    found = facts_of({"tests/fixtures/demo/pyproject.toml": PROJECT + HATCHLING, "tests/fixtures/demo/uv.lock": ""})
    assert pairs_of(found) == {("tests/fixtures/demo", "uv")}
    assert managers(found) == []
    assert found.versions == ()


def test_a_project_table_without_a_backend_beside_requirements_is_only_pips() -> None:
    assert pairs_of(facts_of({"pyproject.toml": PROJECT, "requirements.txt": "django\n"})) == {("", "pip")}
    found = facts_of({"pyproject.toml": PROJECT})
    assert component_of(found, "setuptools").confidence == 0.6


def test_scripts_of_a_hatch_environment_take_its_role_when_their_names_say_nothing() -> None:
    text = (
        PROJECT
        + HATCHLING
        + "[tool.hatch.envs.lint.scripts]\nall = ['style', 'typing']\nstyle = 'ruff check'\nfmt = 'ruff format'\n"
    )
    component = component_of(facts_of({"pyproject.toml": text}), "hatch")
    assert (command_of(component, "hatch:lint:all").role, command_of(component, "hatch:lint:all").source.line) == (
        "lint",
        9,
    )
    assert command_of(component, "hatch:lint:style").role == "lint"
    assert command_of(component, "hatch:lint:fmt").role == "format"
