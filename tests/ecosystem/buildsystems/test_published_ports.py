"""Which of a container's published ports is the one to open first."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.published_ports import host_ports
from phoenix_cli.ecosystem.detection_json import detection_to_json
from tests.ecosystem.memory_tree import facts_of


@pytest.mark.parametrize(
    ("entries", "image", "expected"),
    [
        (["10022:22", "10880:3000"], "", (10880, 10022)),
        (["443:443", "80:80", "443:443/udp"], "", (80, 443)),
        (["9229:9229", "4000:4000"], "", (4000, 9229)),
        (["15672:15672", "5673:5672"], "rabbitmq:3-management", (5673, 15672)),
        (["9090:9090", "9000:9000"], "minio/minio", (9000, 9090)),
        (["1025:1025", "8025:8025"], "axllent/mailpit:v1", (8025, 1025)),
        (["127.0.0.1:8080:80"], "", (8080,)),
        (["[::1]:8080:80"], "", (8080,)),
        (["3000"], "", (3000,)),
        (["127.0.0.1::80"], "", (80,)),
        (["${PORT:-8000}:80"], "", (8000,)),
        (["7000-7002:7000-7002"], "", (7000, 7001, 7002)),
        ([{"target": 80, "published": "8080"}, {"target": 53, "protocol": "udp"}], "", (8080, 53)),
        (["nonsense", None, {}], "", ()),
    ],
)
def test_main_port_comes_first(entries: list[object], image: str, expected: tuple[int, ...]) -> None:
    assert host_ports(entries, image, {}) == expected


def test_a_range_without_measure_is_cut() -> None:
    assert len(host_ports(["1-65535"], "", {})) == 32


def test_all_ports_are_in_the_json() -> None:
    found = facts_of({"compose.yaml": "services:\n  proxy:\n    image: nginx\n    ports: ['8443:443', '8080:80']\n"})
    (service,) = detection_to_json(found)["services"]
    assert (service["port"], service["ports"]) == (8080, [8080, 8443])
