"""What a folder's Python manifests say, gathered once: pyproject.toml, setup.cfg, setup.py (as text), Pipfile, requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conda_files import Environment, environment_files
from phoenix_cli.ecosystem.buildsystems.ini_files import Ini, ini, value_of
from phoenix_cli.ecosystem.buildsystems.python_requirements import (
    Requirements,
    normal_name,
    requirement_files,
    requirement_names,
)
from phoenix_cli.ecosystem.files import Folder

_SETUP_IMPORT = re.compile(
    r"^\s*(?:from|import)\s+(?:setuptools|distutils|skbuild|numpy\.distutils|Cython|pybind11|torch\.utils)\b",
    re.MULTILINE,
)
_SETUP_CALL = re.compile(r"\bsetup\s*\(")
_DEV_WORDS = ("dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "doc", "typing", "all")


@dataclass(frozen=True, slots=True)
class Project:
    """The manifests of one folder. Dependencies are normalised names, ``name[extra]`` beside ``name``."""

    folder: Folder
    pyproject: dict[str, Any]
    setup_cfg: Ini
    setup_py: str
    requirements: tuple[Requirements, ...]
    environments: tuple[Environment, ...]
    dependencies: frozenset[str]
    development: frozenset[str]

    @property
    def project(self) -> dict[str, Any]:
        """The [project] table."""
        return mapping(self.pyproject.get("project"))

    @property
    def tool(self) -> dict[str, Any]:
        """The [tool] table."""
        return mapping(self.pyproject.get("tool"))

    @property
    def name(self) -> str:
        """The distribution's name, "" when none is stated."""
        for value in (
            self.project.get("name"),
            mapping(self.tool.get("poetry")).get("name"),
            value_of(self.setup_cfg, "metadata", "name"),
        ):
            if isinstance(value, str) and value:
                return value
        found = re.search(r"\bname\s*=\s*['\"]([\w.-]+)['\"]", self.setup_py)
        return found.group(1) if found else ""

    @property
    def backends(self) -> tuple[str, ...]:
        """The build backend's module, then the build requirements (a backend of the repository's own wraps one of them)."""
        system = mapping(self.pyproject.get("build-system"))
        backend = system.get("build-backend")
        return (*([backend] if isinstance(backend, str) else ()), *requirement_names(system.get("requires")))

    @property
    def has_setup(self) -> bool:
        """Tell whether setup.py or setup.cfg describes a distribution (tools keep their settings in setup.cfg too)."""
        return bool(self.setup_py) or "metadata" in self.setup_cfg or "options" in self.setup_cfg

    @property
    def is_package(self) -> bool:
        """Tell whether something can be built from here, and is meant to be."""
        refused = (
            mapping(self.tool.get("uv")).get("package") is False,
            mapping(self.tool.get("poetry")).get("package-mode") is False,
            mapping(self.tool.get("pdm")).get("distribution") is False,
        )
        return not any(refused) and bool(self.backends or self.has_setup or mapping(self.tool.get("uv")).get("package"))

    def text(self, name: str) -> str:
        """Return a file of the folder as text."""
        return self.folder.text(name)


def read_project(folder: Folder) -> Project:
    """Gather the manifests of one folder."""
    pyproject = folder.toml("pyproject.toml")
    setup_cfg = ini(folder, "setup.cfg")
    setup_py = folder.text("setup.py")
    setup_py = setup_py if _SETUP_CALL.search(setup_py) and _SETUP_IMPORT.search(setup_py) else ""
    requirements = requirement_files(folder)
    environments = environment_files(folder)
    pipfile = folder.toml("Pipfile")
    runtime = {
        *_pyproject_runtime(pyproject),
        *_setup_runtime(setup_cfg, setup_py),
        *map(normal_name, mapping(pipfile.get("packages"))),
    }
    development = {*_pyproject_development(pyproject), *map(normal_name, mapping(pipfile.get("dev-packages")))}
    stated = isinstance(
        mapping(pyproject.get("project")).get("dependencies"), list
    )  # requirements.txt is beside them then
    for one in requirements:
        (runtime if one.purpose == "main" and not stated else development).update(one.names)
    for environment in environments:
        (development if environment.development else runtime).update(environment.names)
    return Project(
        folder, pyproject, setup_cfg, setup_py, requirements, environments, frozenset(runtime), frozenset(development)
    )


def _pyproject_runtime(pyproject: dict[str, Any]) -> Iterator[str]:
    project, tool = mapping(pyproject.get("project")), mapping(pyproject.get("tool"))
    yield from requirement_names(project.get("dependencies"))
    for extra, wanted in mapping(project.get("optional-dependencies")).items():
        if extra not in _DEV_WORDS:
            yield from requirement_names(wanted)
    poetry = mapping(tool.get("poetry"))
    for name, wanted in mapping(poetry.get("dependencies")).items():
        yield normal_name(name)
        extras = mapping(wanted).get("extras")
        for extra in extras if isinstance(extras, list) else ():
            yield f"{normal_name(name)}[{extra}]"


def _pyproject_development(pyproject: dict[str, Any]) -> Iterator[str]:
    project, tool = mapping(pyproject.get("project")), mapping(pyproject.get("tool"))
    for wanted in (
        *mapping(project.get("optional-dependencies")).values(),
        *mapping(pyproject.get("dependency-groups")).values(),
    ):
        yield from requirement_names(wanted)
    for table in ("uv", "pdm"):
        wanted = mapping(tool.get(table)).get("dev-dependencies")
        for each in (wanted, *mapping(wanted).values()):
            yield from requirement_names(each)
    poetry = mapping(tool.get("poetry"))
    yield from map(normal_name, mapping(poetry.get("dev-dependencies")))
    for group in mapping(poetry.get("group")).values():
        yield from map(normal_name, mapping(mapping(group).get("dependencies")))
    for env in mapping(mapping(tool.get("hatch")).get("envs")).values():
        for key in ("dependencies", "extra-dependencies"):
            yield from requirement_names(mapping(env).get(key))


def _setup_runtime(setup_cfg: Ini, setup_py: str) -> Iterator[str]:
    yield from requirement_names(value_of(setup_cfg, "options", "install_requires").splitlines())
    found = re.search(r"\binstall_requires\s*=\s*\[(.*?)\]", setup_py, re.DOTALL)
    if found:
        yield from requirement_names(re.findall(r"['\"]([^'\"\n]+)['\"]", found.group(1)))


def mapping(value: Any) -> dict[str, Any]:
    """Return a table as it is, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}
