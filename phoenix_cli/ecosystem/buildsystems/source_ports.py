"""The port that a program's source names: literals beside words such as listen, bind and port."""

from __future__ import annotations

import re

_HOST = r"(?:[\w.*-]{0,80}|\[[:\w]{0,40}\])"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # http.ListenAndServe(":8080"), bind("0.0.0.0:3000"), .Run(":9000"), LISTEN_ADDR ... "127.0.0.1:8080"
        rf'(?i)(?:listen|serve|bind|(?<!remote)addr|\.run|\.start|host)\w{{0,30}}(?:[^\n]{{0,200}}\n){{0,2}}?[^\n]{{0,100}}?"{_HOST}:(\d{{2,5}})"',
        # getenv("PORT", "8080"), port := 8080, flag.Int("port", 8080), envDefault:"8080" beside Port, PORT="${PORT:-80}"
        r'(?i)(?:port|PORT)\b"?\s*(?:,|:=|=|:|=>|\)\s*(?:\?\?|\|\||or))\s*"?:?(\d{2,5})\b',
        r"(?i)\bport\b[^\n]{0,80}?(?:env)?-?default:\"(\d{2,5})\"",
        r'(?i)\bport\b[^\n]{0,80}?(?:default\w*|unwrap_or\w*|SetDefault)[^\n\d]{0,30}?"?(\d{4,5})\b',
        # ([0, 0, 0, 0], 3000), (Ipv4Addr::LOCALHOST, 3000)
        r"\[\s*(?:\d+\s*,\s*){3}\d+\s*\]\s*,\s*(\d{2,5})\b",
        r"Ipv[46]Addr::\w+(?:\([^)]*\))?\s*\)?\s*,\s*(\d{2,5})\b",
    )
)
#: Ports of what a program talks to, or is watched on, rather than serves: databases, queues, mail, telemetry, Go's profiler.
_ELSEWHERE = frozenset(
    {25, 6060, 465, 587, 1433, 2379, 3306, 4222, 4317, 4318, 5432, 5672, 6379, 8125, 9092, 9200, 11211, 27017}
)


def port_in_source(text: str) -> tuple[int, int] | None:
    """Return (port, line) of the first literal that a server listens on, None when there is none."""
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            port = int(found.group(1))
            if 0 < port < 65_536 and port not in _ELSEWHERE:
                return port, text.count("\n", 0, found.start(1)) + 1
    return None
