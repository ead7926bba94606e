"""Read the services of Compose files: several files of one project merged, includes and extends followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from phoenix_cli.ecosystem.buildsystems.published_ports import host_ports
from phoenix_cli.ecosystem.buildsystems.yaml_lines import lines_of
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import resolve

MAX_DEPTH = 4  # of includes and extends

#: Images that other programs lean on. Last part of the image's name, or a part of it between dashes.
_BACKING = re.compile(
    r"(?:postgres(?:ql)?|postgis|pgvector|timescaledb(?:-ha)?|mysql|mariadb|percona|mongo(?:db)?|redis(?:-stack)?(?:-server)?|valkey|keydb"
    r"|dragonfly|memcached|rabbitmq|kafka|cp-kafka|redpanda|zookeeper|nats|pulsar|elasticsearch|opensearch|kibana|meilisearch|typesense"
    r"|solr|minio|mc|mailhog|mailpit|mailcatcher|maildev|inbucket|localstack|adminer|pgadmin4?|phpmyadmin|mongo-express|redis-commander"
    r"|traefik|caddy|nginx|haproxy|envoy|jaeger|all-in-one|zipkin|prometheus|grafana|loki|tempo|alertmanager|otel.*|opentelemetry.*|etcd"
    r"|cassandra|scylla|couchdb|clickhouse(?:-server)?|influxdb|dynamodb-local|neo4j|qdrant|weaviate|chroma|milvus|vault|consul|keycloak"
    r"|selenium|standalone-chrome|chrome|browserless|busybox|alpine|fake-gcs-server|azurite|cockroach|mssql|server|oracle-free|db2"
    r"|registry|sftp|openldap|stripe-mock|wiremock|mockserver|buildkit|docker|dind|ubuntu|debian|watchtower|ofelia|certbot)"
)


@dataclass(slots=True)
class ComposeService:
    """One service after merging. ``files`` are the places that speak of it, the first declares it."""

    name: str
    value: dict[str, Any]
    source: Evidence
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def image(self) -> str | None:
        """The image as written, variables replaced by their defaults."""
        image = self.value.get("image")
        return resolve(image, self.variables) if isinstance(image, str) else None

    @property
    def builds(self) -> bool:
        """Whether it is built from this repository."""
        return bool(self.value.get("build"))

    @property
    def is_application(self) -> bool:
        """Whether it is a program of its own rather than a database or the like that others lean on."""
        name = re.split(r"[:@]", (self.image or "").rpartition("/")[2])[0]
        return self.builds or bool(name and not _BACKING.fullmatch(name))

    @property
    def profiles(self) -> bool:
        """Whether a plain ``up`` leaves it out."""
        return bool(self.value.get("profiles"))

    def built_folders(self, folder: Folder) -> Iterator[str]:
        """Yield the folder that its image is made of: the Dockerfile's where that is named, else the build's context."""
        build = self.value.get("build")
        options = build if isinstance(build, dict) else {"context": build}
        context = resolve(str(options.get("context") or "."), self.variables)
        if "://" not in context and self.builds:
            dockerfile = resolve(str(options.get("dockerfile") or ""), self.variables).removeprefix("./")
            inner = folder.at(context).at(dockerfile.rpartition("/")[0])
            yield inner.path if inner.exists else folder.at(context).path
        if self.is_application and _mounts_all(self.value.get("volumes")):
            yield folder.path

    def ports(self) -> tuple[int, ...]:
        """Return the host's published ports, the one that a person would open first."""
        ports = self.value.get("ports")
        return host_ports(ports if isinstance(ports, list) else (), self.image or "", self.variables)


def _mounts_all(volumes: object) -> bool:
    """Tell whether the project's own folder is mounted: what runs is its program, whatever the image."""
    given = [one for one in volumes if isinstance(one, str)] if isinstance(volumes, list) else []
    return any(re.match(r"(?:\.|\./|\$\{?PWD\}?):/", one) for one in given)


def services_of(folder: Folder, names: list[str]) -> dict[str, ComposeService]:
    """Return the services of a project whose files are merged in this order."""
    merged: dict[str, ComposeService] = {}
    for name in names:
        _merge_file(merged, folder, name, _variables(folder), 0)
    return merged


def _merge_file(
    merged: dict[str, ComposeService], folder: Folder, name: str, variables: dict[str, str], depth: int
) -> None:
    document = folder.yaml(name)
    services = services_table(document)
    if depth < MAX_DEPTH:
        for path in _includes(document.get("include")):
            target, file = _file(folder, path)
            if file in target.names:
                _merge_file(merged, target, file, variables, depth + 1)
    lines = lines_of(folder.text(name)) if services else {}
    for key, value in services.items():
        if isinstance(value, dict):
            line = lines.get(("services", str(key))) or lines.get((str(key),))
            source = Evidence(folder.join(name), line, "compose.service")
            value = _extended(folder, document, value, depth)
            known = merged.get(str(key))
            merged[str(key)] = ComposeService(
                str(key), _over(known.value, value) if known else value, known.source if known else source, variables,
            )  # fmt: skip


def services_table(document: dict[str, Any]) -> dict[str, Any]:
    """Return the services of one file; the first version of the format had them at the top."""
    services = document.get("services")
    if isinstance(services, dict):
        return services
    old = {
        key: value
        for key, value in document.items()
        if isinstance(value, dict) and not {"image", "build"}.isdisjoint(value)
    }
    return old if "services" not in document else {}


def _includes(value: Any) -> list[str]:
    found: list[str] = []
    for one in value if isinstance(value, list) else ():
        path = one.get("path") if isinstance(one, dict) else one
        found += [str(each) for each in path] if isinstance(path, list) else [path] if isinstance(path, str) else []
    return found


def _file(folder: Folder, path: str) -> tuple[Folder, str]:
    above, _, name = path.removeprefix("./").rpartition("/")
    return (folder.at(above) if above else folder), name


def _extended(folder: Folder, document: dict[str, Any], value: dict[str, Any], depth: int) -> dict[str, Any]:
    """Lay a service over the one that it extends."""
    extends = value.get("extends")
    options = {"service": extends} if isinstance(extends, str) else extends
    if not isinstance(options, dict) or depth >= MAX_DEPTH:
        return value
    file = options.get("file")
    if isinstance(file, str):
        folder, name = _file(folder, file)
        document = folder.yaml(name)
    base = services_table(document).get(str(options.get("service")))
    return _over(_extended(folder, document, base, depth + 1), value) if isinstance(base, dict) else value


def _over(base: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    ports = [*(_list(value.get("ports"))), *(_list(base.get("ports")))]
    merged = {**base, **{key: one for key, one in value.items() if one is not None}}
    return {**merged, "ports": ports} if ports else merged


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _variables(folder: Folder) -> dict[str, str]:
    """Return the values that compose reads from ``.env``; a checked-in example stands in for one that is not."""
    found: dict[str, str] = {}
    for name in (".env.example", ".env.sample", ".env.template", ".env.dist", ".env"):
        if name in folder.names:
            pairs = re.findall(
                r"^[ \t]*(?:export[ \t]+)?(\w+)=[\"']?([^\"'\s#]*)", folder.head(name, 20_000), re.MULTILINE
            )
            found.update(pair for pair in pairs if pair[1])
    return found
