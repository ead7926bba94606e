"""Maven (row 42): projects and their modules, the wrapper, and the applications among them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.jvm_services import FRAMEWORKS, Framework, configured_port
from phoenix_cli.ecosystem.buildsystems.maven_poms import Pom, is_resource, owners, pom_of
from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Role, Service, Version
from phoenix_cli.ecosystem.files import Folder

#: Plugin -> the goal that lints with it, and how sure that is.
_LINTERS = {
    "spotless-maven-plugin": ("spotless:check", 0.8),
    "maven-checkstyle-plugin": ("checkstyle:check", 0.75),
    "spring-javaformat-maven-plugin": ("spring-javaformat:validate", 0.7),
    "ktlint-maven-plugin": ("ktlint:check", 0.75),
    "detekt-maven-plugin": ("detekt:check", 0.7),
    "formatter-maven-plugin": ("formatter:validate", 0.65),
    "fmt-maven-plugin": ("fmt:check", 0.65),
    "maven-pmd-plugin": ("pmd:check", 0.6),
}
_LANGUAGES = {"kotlin-maven-plugin": "kotlin", "scala-maven-plugin": "scala", "clojure-maven-plugin": "clojure"}
_JAVA = ("maven.compiler.release", "java.version", "maven.compiler.source", "jdk.version", "javaVersion")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a project or module, and the service of an application that serves."""
    if "pom.xml" not in folder.names:
        return
    top = folder.files.once(owners).get(folder.path)
    pom = pom_of(folder)
    if (top is None and is_resource(folder)) or (pom is None and folder.join("pom.xml") not in folder.files.problems):
        return
    pom = pom or Pom("", "jar", (), frozenset(), frozenset(), {})
    needle = f"<artifactId>{pom.name}<" if pom.name else ""
    source = folder.evidence("pom.xml", "maven.project", needle, line=None if needle else 1)
    root = folder.files.folder(top) if top is not None else folder
    make = Conventions("maven", folder, source, pom.name, root.path)
    run = (_program(root), *_selected(folder, root))
    framework = _framework(pom)
    started = tuple(_start(make, run, pom, framework))
    commands = (*(_root_commands(make, run, pom) if top is None else _member_commands(make, run)), *started)
    language = next((_LANGUAGES[plugin] for plugin in _LANGUAGES if plugin in pom.plugins), "java")
    confidence = 0.95 if pom.name else 0.5
    yield Component(
        folder.path, "maven", language, confidence, (source,), commands, name=pom.name, member=top is not None
    )
    if top is None:
        yield PackageManager(language, "maven", folder.path, "pom.xml is here", source)
        yield from _versions(folder, pom)
    if framework and started:
        yield from _service(folder, pom, framework, started[0])


def _program(root: Folder) -> str:
    return "./mvnw" if "mvnw" in root.names else "mvn"


def _selected(folder: Folder, root: Folder) -> tuple[str, ...]:
    if folder.path == root.path:
        return ()
    return ("-pl", folder.path[len(root.path) :].strip("/"))


def _root_commands(make: Conventions, run: tuple[str, ...], pom: Pom) -> Iterator[Command]:
    yield _goal(make, run, "resolve", ("dependency:resolve",), "install", 0.6)
    yield _goal(make, run, "package", ("-B", "-DskipTests", "package"), "build", 0.85)
    yield _goal(make, run, "test", ("test",), "test", 0.85)
    yield _goal(make, run, "verify", ("verify",), "check", 0.75)
    for plugin, (goal, sure) in _LINTERS.items():
        if plugin in pom.plugins:
            yield _goal(make, run, goal.partition(":")[0], (goal,), "lint", sure)


def _member_commands(make: Conventions, run: tuple[str, ...]) -> Iterator[Command]:
    yield _goal(make, run, "package", ("-am", "-DskipTests", "package"), "build", 0.6)
    yield _goal(make, run, "test", ("-am", "test"), "test", 0.6)


def _goal(
    make: Conventions, run: tuple[str, ...], task: str, words: tuple[str, ...], role: Role, confidence: float
) -> Command:
    return make.command(task, *run, *words, role=role, confidence=confidence, offline=(*run, "-o", *words))


def _framework(pom: Pom) -> Framework | None:
    return next((one for one in FRAMEWORKS if one.maven_plugin and one.maven_plugin in pom.plugins), None)


def _start(make: Conventions, run: tuple[str, ...], pom: Pom, framework: Framework | None) -> Iterator[Command]:
    """Yield what runs the application; a parent that only lends the plugin to its modules runs nothing."""
    if pom.packaging == "pom":
        return
    if framework:
        role: Role = "dev" if framework.watches else "start"
        yield make.command(
            framework.maven.partition(":")[2], *run, framework.maven, role=role, confidence=0.85, origin="framework"
        )
    elif {"exec-maven-plugin", "javafx-maven-plugin"} & pom.plugins:
        goal = "javafx:run" if "javafx-maven-plugin" in pom.plugins else "exec:java"
        yield make.command(
            goal.partition(":")[2], *run, goal, role="start" if "javafx" in goal else "other", confidence=0.6
        )


def _service(folder: Folder, pom: Pom, framework: Framework, start: Command) -> Iterator[Service]:
    found = configured_port(folder, framework)
    if found is None and not re.search(framework.serves, folder.text("pom.xml")):
        return
    port, source = found or (framework.port, start.source)
    yield Service(pom.name, source, folder.path, start.argv, port=port, confidence=sureness(folder, pom.name))


def _versions(folder: Folder, pom: Pom) -> Iterator[Version]:
    java = next((name for name in _JAVA if pom.properties.get(name, "$").replace(".", "").isdigit()), None)
    if java:
        yield Version("java", pom.properties[java], folder.evidence("pom.xml", "maven.java", f"<{java}>"))
    wrapper = folder.at(".mvn/wrapper")
    found = re.search(r"distributionUrl=.*apache-maven-([\d.]+)-bin", wrapper.text("maven-wrapper.properties"))
    if found:
        yield Version(
            "maven", found.group(1), wrapper.evidence("maven-wrapper.properties", "maven.wrapper", "distributionUrl")
        )
