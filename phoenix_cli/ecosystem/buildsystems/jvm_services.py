"""Frameworks of the JVM that serve: which one a build applies, how it is run, and the port that its settings name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import port_number


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework: its default port and the setting that names another; how Gradle and Maven know and run it.

    ``plugin`` is matched against Gradle plugin ids, ``library`` against the build file of an application without one.
    ``serves``, where given, must be in the build file: Spring Boot without a web starter makes batch programs.
    """

    name: str
    port: int
    setting: str
    plugin: str
    library: str
    gradle: str
    maven_plugin: str
    maven: str
    watches: bool = False
    serves: str = ""


_WEB = r"starter[-.](?:web|webmvc|webflux|jersey|graphql|data[-.]rest|thymeleaf|actuator)\b|spring-cloud-starter|vaadin"
FRAMEWORKS = (
    Framework(
        "spring-boot", 8080, "server.port", r"springframework\.boot$|spring\.?boot$", "", "bootRun",
        "spring-boot-maven-plugin", "spring-boot:run", serves=_WEB,
    ),
    Framework(
        "quarkus", 8080, "quarkus.http.port", r"^(?:io\.)?quarkus$", "", "quarkusDev", "quarkus-maven-plugin", "quarkus:dev",
        watches=True, serves=r"quarkus-(?:rest|resteasy|vertx-http|reactive-routes|undertow|qute)",
    ),
    Framework(
        "micronaut", 8080, "micronaut.server.port", r"micronaut\.(?:minimal\.)?application$", "", "run",
        "micronaut-maven-plugin", "mn:run",
    ),
    Framework("ktor", 8080, "ktor.deployment.port", r"^(?:io\.)?ktor(?:\.plugin)?$", r"ktor[-.]server", "run", "", "exec:java"),
    Framework("helidon", 8080, "server.port", r"^$", r"io\.helidon", "run", "helidon-maven-plugin", "helidon:dev", watches=True),
    Framework("javalin", 7070, "server.port", r"^$", r"io\.javalin", "run", "", "exec:java"),
    Framework("jetty", 8080, "jetty.port", r"gretty$", "", "appRun", "jetty-maven-plugin", "jetty:run"),
)  # fmt: skip
_FILES = (
    "application.properties",
    "application.yml",
    "application.yaml",
    "application.conf",
    "application-default.yml",
)


def configured_port(folder: Folder, framework: Framework) -> tuple[int, Evidence] | None:
    """Return the port that the application's settings name, and where."""
    resources = folder.at("src/main/resources")
    for place in (resources, resources.at("config"), folder.at("config"), folder.at("resources"), folder):
        for name in _FILES:
            found = _port_in(place, name, framework) if name in place.names else None
            if found:
                return found
    return None


def _port_in(place: Folder, name: str, framework: Framework) -> tuple[int, Evidence] | None:
    key = framework.setting
    if name.endswith(".properties"):
        found = re.search(rf"^[ \t]*{re.escape(key)}\s*[=:]\s*(\S+)", place.text(name), re.MULTILINE)
        port = _number(found.group(1)) if found else None
    elif name.endswith(".conf"):
        found = re.search(r"^[ \t]*port\s*=\s*(\d+)", place.text(name), re.MULTILINE)
        port = _number(found.group(1)) if found else None
    else:
        port = _number(_nested(place.yaml(name), key))
    return (port, place.evidence(name, f"{framework.name}.port", "port")) if port else None


def _nested(value: object, key: str) -> object:
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _number(value: object) -> int | None:
    """Read a port, or the default of a placeholder such as ``${PORT:8081}``; 0 asks for any free port."""
    found = re.fullmatch(r"[\"']?\$\{[\w.-]+:(\d+)\}[\"']?", str(value).strip())
    return port_number(found.group(1)) if found else port_number(value)
