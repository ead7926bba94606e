"""Data pipelines (row 63): dbt, Airflow, Dagster, DVC, Snakemake, Nextflow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.python_project import mapping
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Origin, Role, Service
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the pipeline systems of a folder."""
    yield from _dbt(folder)
    yield from _airflow(folder)
    yield from _dagster(folder)
    yield from _dvc(folder)
    yield from _snakemake(folder)
    yield from _nextflow(folder)


def _command(
    folder: Folder, system: str, task: str, role: Role, argv: tuple[str, ...], source: Evidence, sure: float = 0.85,
    origin: Origin = "framework", text: str = "",
) -> Command:  # fmt: skip
    return Command(command_name(system, task, folder.path), role, argv, folder.path, source, origin, sure, text=text)


def _dbt(folder: Folder) -> Iterator[Fact]:
    if not folder.has("dbt_project.yml") or "dbt_packages" in folder.path.split("/"):
        return
    source = folder.evidence("dbt_project.yml", "dbt.project", "name:")
    commands = [
        _command(folder, "dbt", "build", "build", ("dbt", "build"), source),
        _command(folder, "dbt", "test", "test", ("dbt", "test"), source),
    ]
    if folder.has("packages.yml", "dependencies.yml"):
        commands.insert(0, _command(folder, "dbt", "install", "install", ("dbt", "deps"), source, 0.8))
    name = folder.yaml("dbt_project.yml").get("name")
    yield Component(
        folder.path, "dbt", "sql", 0.95, (source,), commands=tuple(commands), name=name if isinstance(name, str) else ""
    )


def _airflow(folder: Folder) -> Iterator[Fact]:
    """Yield Airflow where its settings are, or where an Astro project's image and DAGs are."""
    name = folder.first("airflow.cfg", "airflow_settings.yaml")
    astro = "dags" in folder.subfolders and re.search(
        r"^FROM \S*(?:astro-runtime|astronomer)", folder.text("Dockerfile"), re.MULTILINE
    )
    if name is None and not astro:
        return
    source = (
        folder.evidence(name, "airflow.settings", line=1)
        if name
        else folder.evidence("Dockerfile", "airflow.astro", "FROM")
    )
    argv = ("astro", "dev", "start") if astro else ("airflow", "standalone")
    command = _command(folder, "airflow", "start", "start", argv, source, 0.7)
    yield Component(folder.path, "airflow", "python", 0.9, (source,), commands=(command,))
    if place_of(folder.path) not in LOW_PLACES:
        yield Service("airflow", source, folder.path, argv, port=8080, confidence=0.6)


def _dagster(folder: Folder) -> Iterator[Fact]:
    tool = mapping(folder.toml("pyproject.toml").get("tool"))
    if "dagster" in tool or "dg" in tool:
        source = folder.evidence(
            "pyproject.toml", "dagster.table", "[tool.dagster" if "dagster" in tool else "[tool.dg"
        )
    elif folder.has("workspace.yaml") and "load_from" in folder.yaml("workspace.yaml"):
        source = folder.evidence("workspace.yaml", "dagster.workspace", "load_from")
    elif folder.has("dagster.yaml"):
        source = folder.evidence("dagster.yaml", "dagster.instance", line=1)
    else:
        return
    argv = ("dg", "dev") if "dg" in tool else ("dagster", "dev")
    yield Component(
        folder.path,
        "dagster",
        "python",
        0.9,
        (source,),
        commands=(_command(folder, "dagster", "dev", "dev", argv, source),),
    )
    if place_of(folder.path) not in LOW_PLACES:
        yield Service("dagster", source, folder.path, argv, port=3000, confidence=0.6)


def _dvc(folder: Folder) -> Iterator[Fact]:
    stages = mapping(folder.yaml("dvc.yaml").get("stages")) if folder.has("dvc.yaml") else {}
    if not folder.has("dvc.yaml"):
        return
    source = folder.evidence("dvc.yaml", "dvc.stages", "stages:")
    commands = [_command(folder, "dvc", "repro", "build", ("dvc", "repro"), source, 0.7)]
    for name, stage in stages.items():
        evidence = folder.evidence("dvc.yaml", "dvc.stage", f"  {name}:")
        text = str(mapping(stage).get("cmd", ""))
        commands.append(_command(folder, "dvc", name, "other", ("dvc", "repro", name), evidence, 0.7, "runner", text))
    yield Component(folder.path, "dvc", "python", 0.9, (source,), commands=tuple(commands))


def _snakemake(folder: Folder) -> Iterator[Fact]:
    """Yield Snakemake where it is started: ``workflow/Snakefile`` is found from the folder above."""
    name = folder.first("Snakefile", "snakefile")
    if name is None:
        return
    home = folder.at("..") if folder.name == "workflow" else folder
    source = folder.evidence(name, "snakemake.file", line=1)
    command = _command(home, "snakemake", "run", "start", ("snakemake", "--cores", "all"), source, 0.7)
    yield Component(home.path, "snakemake", "python", 0.9, (source,), commands=(command,))


def _nextflow(folder: Folder) -> Iterator[Fact]:
    """Yield Nextflow for a pipeline, not for the modules and subworkflows that it is made of."""
    if not folder.has("nextflow.config") and not (folder.has("main.nf") and not folder.path):
        return
    if not folder.has("main.nf") or not {"modules", "subworkflows"}.isdisjoint(folder.path.split("/")):
        return
    source = folder.evidence("main.nf", "nextflow.main", line=1)
    commands = [_command(folder, "nextflow", "run", "start", ("nextflow", "run", "."), source, 0.8)]
    if folder.has("nf-test.config"):
        commands.append(
            _command(
                folder,
                "nextflow",
                "test",
                "test",
                ("nf-test", "test"),
                folder.evidence("nf-test.config", "nextflow.test", line=1),
            )
        )
    yield Component(folder.path, "nextflow", "nextflow", 0.95, (source,), commands=tuple(commands))
