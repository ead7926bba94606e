"""Helm charts and kustomizations."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

CHART = "apiVersion: v2\nname: shop\ndependencies:\n  - name: redis\n"


def test_a_repository_that_is_a_chart_is_linted_by_helm() -> None:
    component = component_of(facts_of({"Chart.yaml": CHART, "Chart.lock": ""}), "helm")
    assert component.name == "shop"
    assert command_of(component, "helm:lint").role == "lint"
    assert command_of(component, "helm:dependencies").argv == ("helm", "dependency", "build")


def test_a_chart_beside_a_program_neither_lints_nor_builds_it() -> None:
    component = component_of(facts_of({"charts/shop/Chart.yaml": CHART}), "helm", "charts/shop")
    assert {one.role for one in component.commands} == {"install", "other", "check"}
    assert not component.member


def test_a_chart_inside_of_a_chart_is_a_member() -> None:
    found = facts_of({"Chart.yaml": CHART, "charts/redis/Chart.yaml": "name: redis\n"})
    assert component_of(found, "helm", "charts/redis").member


def test_kustomizations_and_their_bases() -> None:
    files = {
        "k8s/base/kustomization.yaml": "resources: [a.yaml]\n",
        "k8s/prod/kustomization.yaml": "resources: [../base]\n",
    }
    found = facts_of(files)
    assert pairs_of(found) == {("k8s/base", "kustomize"), ("k8s/prod", "kustomize")}
    assert component_of(found, "kustomize", "k8s/base").member
    build = command_of(component_of(found, "kustomize", "k8s/prod"), "kustomize:k8s/prod:build")
    assert (build.argv, build.role) == (("kubectl", "kustomize", "."), "check")


def test_plain_manifests_are_nothing_and_a_broken_chart_is_unsure() -> None:
    assert pairs_of(facts_of({"k8s/deployment.yaml": "kind: Deployment\n", "values.yaml": ""})) == set()
    assert component_of(facts_of({"Chart.yaml": "name: [\n"}), "helm").confidence == 0.5
