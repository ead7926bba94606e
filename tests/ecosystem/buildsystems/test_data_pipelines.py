"""dbt, Airflow, Dagster, DVC, Snakemake, Nextflow."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_dbt_with_its_packages() -> None:
    found = facts_of(
        {"dbt_project.yml": "name: shop\n", "packages.yml": "", "dbt_packages/utils/dbt_project.yml": "name: utils\n"}
    )
    assert pairs_of(found) == {("", "dbt")}
    component = component_of(found, "dbt")
    assert (component.name, component.evidence[0].line) == ("shop", 1)
    assert {one.role: one.argv for one in component.commands} == {
        "install": ("dbt", "deps"),
        "build": ("dbt", "build"),
        "test": ("dbt", "test"),
    }


def test_airflow_settings_and_astro_projects() -> None:
    plain = component_of(facts_of({"airflow.cfg": "[core]\n", "dags/a.py": ""}), "airflow")
    assert plain.commands[0].argv == ("airflow", "standalone")
    found = facts_of({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:12\n", "dags/a.py": ""})
    assert component_of(found, "airflow").commands[0].argv == ("astro", "dev", "start")
    assert ("airflow", 8080) in {(one.name, one.port) for one in found.services}
    assert pairs_of(facts_of({"Dockerfile": "FROM python:3\n", "dags/a.py": ""}), "airflow") == set()


def test_dagster_dev() -> None:
    found = facts_of({"pyproject.toml": '[tool.dagster]\nmodule_name = "etl"\n'})
    component = component_of(found, "dagster")
    assert (component.commands[0].role, component.commands[0].argv) == ("dev", ("dagster", "dev"))
    assert component.evidence[0].line == 1
    assert [(one.name, one.port) for one in found.services] == [("dagster", 3000)]
    assert pairs_of(facts_of({"workspace.yaml": "packages: []\n"}), "dagster") == set()


def test_dvc_stages() -> None:
    component = component_of(facts_of({"dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n"}), "dvc")
    assert command_of(component, "dvc:repro").argv == ("dvc", "repro")
    train = command_of(component, "dvc:train")
    assert (train.argv, train.text, train.source.line) == (("dvc", "repro", "train"), "python train.py", 2)


def test_snakemake_is_started_above_its_workflow_folder() -> None:
    found = facts_of({"workflow/Snakefile": "rule all:\n", "workflow/rules/a.smk": ""})
    component = component_of(found, "snakemake")
    assert pairs_of(found) == {("", "snakemake")}
    assert (component.commands[0].argv, component.evidence[0].file) == (
        ("snakemake", "--cores", "all"),
        "workflow/Snakefile",
    )


def test_nextflow_pipelines_not_their_modules() -> None:
    files = {"main.nf": "", "nextflow.config": "", "nf-test.config": "", "modules/nf-core/fastqc/main.nf": ""}
    found = facts_of(files)
    assert pairs_of(found) == {("", "nextflow")}
    component = component_of(found, "nextflow")
    assert command_of(component, "nextflow:run").argv == ("nextflow", "run", ".")
    assert command_of(component, "nextflow:test").source.file == "nf-test.config"
