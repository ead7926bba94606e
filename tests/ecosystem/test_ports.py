"""Port numbers in command lines."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.ports import port_in_line, port_number, resolve


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("rails server -p 3000", 3000),
        ("next dev --port=4000", 4000),
        ("uvicorn app:app --host 0.0.0.0 --port ${PORT:-8000}", 8000),
        ("gunicorn app --bind 0.0.0.0:8080", 8080),
        ("PORT=5001 node server.js", 5001),
        ("java -Dserver.port=9090 -jar a.jar", 9090),
        ("bin/etcd --listen-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380", 2379),
        ("php -S localhost:8000 -t public", 8000),
        ("python manage.py runserver 0.0.0.0:8001", 8001),
        ("gunicorn app --bind 0.0.0.0:$PORT", None),
        ("celery -A shop worker -c 4", None),
        ("mkdir -p 2024/logs", None),
        ("docker run -p 8080:80 x", None),
        ("sleep 3000", None),
    ],
)
def test_port_in_line(line: str, port: int | None) -> None:
    assert port_in_line(line) == port


def test_numbers_and_variables() -> None:
    assert [port_number(value) for value in (80, "443", "0", 65_536, "http", True, None, 8.5)] == [80, 443] + [None] * 6
    assert resolve("${A:-1} ${B-2} $C ${D}", {"D": "4"}) == "1 2 $C 4"
    assert resolve("${A:-${B:-3}}") == "3"
