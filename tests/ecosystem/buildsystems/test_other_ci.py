"""CI systems besides GitHub Actions."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems import other_ci
from tests.ecosystem.buildsystems.yielded import usages_from, versions_from
from tests.ecosystem.memory_tree import component_of, facts_of, pairs_of

SYSTEMS = {
    "gitlab-ci": (".gitlab-ci.yml", "test:\n  image: python:3.12\n  script:\n    - cd api\n    - make test\n"),
    "azure-pipelines": ("azure-pipelines.yml", "steps:\n  - script: |\n      cd api\n      make test\n"),
    "travis": (".travis.yml", "script: cd api && make test\n"),
    "drone": (".drone.yml", "steps:\n  - name: t\n    commands:\n      - cd api\n      - make test\n"),
    "woodpecker": (".woodpecker.yml", "steps:\n  t:\n    commands: ['cd api', 'make test']\n"),
    "bitbucket-pipelines": (
        "bitbucket-pipelines.yml",
        "pipelines:\n  default:\n    - step:\n        script: [cd api && make test]\n",
    ),
    "cirrus": (".cirrus.yml", "task:\n  test_script:\n    - cd api\n    - make test\n"),
    "appveyor": ("appveyor.yml", "test_script:\n  - cmd: cd api && make test\n"),
    "circleci": (
        ".circleci/config.yml",
        "jobs:\n  t:\n    steps:\n      - run:\n          command: cd api && make test\n",
    ),
    "buildkite": (".buildkite/pipeline.yml", "steps:\n  - command: cd api && make test\n"),
    "jenkins": ("Jenkinsfile", "pipeline { stages { steps {\n  sh 'cd api && make test'\n} } }\n"),
    "cloudbuild": ("cloudbuild.yaml", "steps:\n  - name: gcr.io/x/make\n    dir: api\n    args: [test]\n"),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_system_is_a_component_at_the_root_and_its_scripts_are_usages(system: str) -> None:
    path, text = SYSTEMS[system]
    assert component_of(facts_of({path: text}), system).evidence[0].file == path
    folder = path.rpartition("/")[0]
    assert usages_from(other_ci, {path: text}, folder) == [("api", "make test")]


def test_a_nested_file_of_a_template_is_no_component() -> None:
    files = {f"template/{path}": text for path, text in SYSTEMS.values()}
    assert pairs_of(facts_of(files), *SYSTEMS) == set()


def test_gitlab_jobs_start_at_the_root_and_included_files_are_read() -> None:
    files = {
        ".gitlab-ci.yml": "include:\n  - local: /ci/jobs.yml\n"
        "build:\n  script:\n    - cd web\n    - npm ci\nlint:\n  script: [make lint]\n",
        "ci/jobs.yml": "unit:\n  script:\n    - make unit\n",
    }
    assert usages_from(other_ci, files) == [("web", "npm ci"), ("", "make lint"), ("", "make unit")]


def test_an_image_tells_a_version() -> None:
    assert versions_from(other_ci, dict([SYSTEMS["gitlab-ci"]])) == {("python", "3.12")}
