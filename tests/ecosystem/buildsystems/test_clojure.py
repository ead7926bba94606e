"""Leiningen, the Clojure command line, Babashka and Boot; EDN is read, never evaluated."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.edn import Keyword, Symbol, load_edn
from phoenix_cli.kernel.documents import DocumentError
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

PROJECT = """\
(defproject org.example/ring "1.0.0"
  :description "A library" ; of some kind
  :plugins [[lein-sub "0.3.0"]]
  :sub ["ring-core"]
  :aliases {"test" ["sub" "test"]
            "test-all" ["sub" "test-all"]})
"""


def test_a_lein_project_with_aliases_and_sub_projects() -> None:
    found = facts_of(
        {"project.clj": PROJECT, "ring-core/project.clj": "(defproject ring-core)", "ring-core/test/a.clj": ""}
    )
    assert pairs_of(found) == {("", "lein"), ("ring-core", "lein")}
    root, core = component_of(found, "lein"), component_of(found, "lein", "ring-core")
    assert (root.name, core.member) == ("org.example/ring", True)
    assert command_of(root, "lein:deps").offline == ("lein", "-o", "deps")
    assert (command_of(root, "lein:test").origin, command_of(root, "lein:test").source.line) == ("script", 5)
    assert command_of(root, "lein:test").text == "lein sub test"
    assert command_of(core, "lein:ring-core:test").argv == ("lein", "test")
    assert not [one for one in root.commands if one.role == "start"]
    assert [(one.dir, one.name) for one in found.package_managers] == [("", "lein")]


def test_a_ring_application_is_a_service() -> None:
    text = '(defproject shop "1" :plugins [[lein-ring "0.12"]] :ring {:handler shop/app :port 4000})'
    found = facts_of({"project.clj": text})
    assert [(one.name, one.port, one.argv) for one in found.services] == [
        ("shop", 4000, ("lein", "ring", "server-headless"))
    ]


def test_a_broken_project_is_still_a_component() -> None:
    found = facts_of({"project.clj": '(defproject x "1" :aliases {"a" ["b"'})
    assert component_of(found, "lein").confidence == 0.5
    assert [one.file for one in found.problems] == ["project.clj"]


DEPS = """\
{:paths ["src"]
 :deps {org.clojure/clojure {:mvn/version "1.11.1"}}
 :aliases
 {:dev {:extra-paths ["dev"]}
  :test {:extra-paths ["test"]}
  :runner {:main-opts ["-m" "runner"]}
  :build {:ns-default build}
  :serve {:exec-fn app/serve}}}
"""


def test_aliases_of_deps_edn_are_run_as_they_are_written() -> None:
    build = "(ns build)\n(defn clean [_])\n(defn jar [_])\n(defn install [_])\n"
    found = component_of(facts_of({"deps.edn": DEPS, "build.clj": build}), "clojure")
    assert command_of(found, "clojure:prepare").argv == ("clojure", "-P")
    assert command_of(found, "clojure:test").argv == ("clojure", "-M:test:runner")
    assert command_of(found, "clojure:serve").argv == ("clojure", "-X:serve")
    jar = command_of(found, "clojure:build:jar")
    assert (jar.argv, jar.role) == (("clojure", "-T:build", "jar"), "build")
    assert command_of(found, "clojure:build:install").role == "other"
    assert "clojure:dev" not in {one.name for one in found.commands}


def test_an_exec_fn_is_called_with_x() -> None:
    found = component_of(facts_of({"deps.edn": "{:aliases {:test {:exec-fn t/run}}}"}), "clojure")
    assert command_of(found, "clojure:test").argv == ("clojure", "-X:test")


def test_tasks_of_babashka_and_boot() -> None:
    bb = """{:tasks {:requires ([x])
      test {:doc "all" :task (shell "clojure -X:test")}
      -private (x)
      secret {:private true}
      lint (shell "clj-kondo")}}"""
    found = facts_of({"bb.edn": bb, "old/build.boot": "(deftask build\n  [])\n"})
    assert [one.argv for one in component_of(found, "babashka").commands] == [("bb", "test"), ("bb", "lint")]
    assert command_of(component_of(found, "boot", "old"), "boot:old:build").role == "build"


def test_edn_reads_what_projects_write() -> None:
    text = '{:a [1 "two\\n" nil true #_ skipped x/y] #_#_ :b 2 :c #{1} :d #"re" :e ^:m sym :f #inst "2020" :h \\a}'
    value = load_edn(text)
    assert value["a"] == [1, "twon", None, True, "x/y"]
    assert isinstance(value["a"][4], Symbol)
    assert value["e"] == "sym"
    assert all(isinstance(key, Keyword) for key in value)
    assert "b" not in value


@pytest.mark.parametrize("text", ["", "; only a comment", "{:a", "[1 2", '"open', "[" * 500])
def test_edn_that_is_broken_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        load_edn(text)
