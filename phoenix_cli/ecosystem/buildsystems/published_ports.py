"""Which of the ports that a container publishes is the one to open first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.ports import port_number, resolve

#: The port inside of well-known images by which others reach them, where they have several.
_OWN = {
    "rabbitmq": 5672, "minio": 9000, "mailpit": 8025, "mailhog": 8025, "maildev": 1080, "mailcatcher": 1080, "inbucket": 9000,
    "elasticsearch": 9200, "opensearch": 9200, "clickhouse": 8123, "clickhouse-server": 8123, "neo4j": 7474, "nats": 4222,
    "redis": 6379, "redis-stack": 6379, "postgres": 5432, "postgis": 5432, "mysql": 3306, "mariadb": 3306, "mongo": 27017,
    "memcached": 11211, "all-in-one": 16686, "jaeger": 16686, "localstack": 4566, "kafka": 9092, "redpanda": 9092,
    "pulsar": 6650, "cassandra": 9042, "scylla": 9042, "etcd": 2379, "consul": 8500, "vault": 8200, "influxdb": 8086,
    "qdrant": 6333, "weaviate": 8080, "azurite": 10000, "cockroach": 26257, "dragonfly": 6379, "valkey": 6379,
}  # fmt: skip
_WEB = frozenset({80, 3000, 3001, 4000, 4200, 5000, 8000, 8001, 8080, 8081, 8888, 9000, 9090})
_RELOADING = frozenset({5173, 24678, 35729, 6006, 3035, 8097})  # assets and reloading beside the application itself
#: Shells, encrypted twins, debuggers and what a program talks to: rarely what one opens.
_ASIDE = frozenset({
    22, 25, 2222, 443, 465, 587, 8443, 9443, 2345, 4020, 5005, 5678, 9003, 9222, 9229, 9230, 40000, 1433, 3306, 5432, 6379,
    27017, 4317, 4318,
})  # fmt: skip
MOST = 32  # of a range


@dataclass(frozen=True, slots=True)
class _Mapping:
    host: int
    container: int
    udp: bool


def host_ports(entries: Iterable[Any], image: str, variables: Mapping[str, str]) -> tuple[int, ...]:
    """Return the host's ports of a service's ``ports``, the main one first; ``image`` is what runs there."""
    known = [found for entry in entries for found in _mappings(entry, variables)]
    own = _OWN.get(re.split(r"[:@]", image.rpartition("/")[2])[0])
    ordered = sorted(known, key=lambda one: (one.udp, own is not None and one.container != own, _rank(one.container)))
    return tuple(dict.fromkeys(one.host for one in ordered))


def _rank(container: int) -> int:
    return 0 if container in _WEB else 2 if container in _RELOADING else 3 if container in _ASIDE else 1


def _mappings(entry: Any, variables: Mapping[str, str]) -> Iterable[_Mapping]:
    """Read one entry of the long or the short form; a bare container port is taken as it stands."""
    if isinstance(entry, dict):
        target = resolve(str(entry.get("target") or ""), variables)
        return _paired(
            resolve(str(entry.get("published") or target), variables), target, entry.get("protocol") == "udp"
        )
    mapping, _, protocol = resolve(str(entry), variables).partition("/")
    parts = re.sub(r"\[[^\]]*\]", "host", mapping).split(":")
    published = parts[-2] if len(parts) > 1 and re.match(r"\d+(?:-\d+)?$", parts[-2]) else parts[-1]
    return _paired(published, parts[-1], protocol == "udp")


def _paired(published: str, target: str, udp: bool) -> list[_Mapping]:
    hosts, containers = _range(published), _range(target)
    shift = containers[0] - hosts[0] if hosts and containers else 0
    return [_Mapping(host, host + shift, udp) for host in hosts]


def _range(text: str) -> list[int]:
    first, _, last = text.partition("-")
    low, high = port_number(first), port_number(last)
    if low is None:
        return []
    return list(range(low, min(high, low + MOST - 1) + 1)) if high else [low]
