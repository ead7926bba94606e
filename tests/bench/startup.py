"""What a command costs before it does anything: the cheap answers, lists, and each verb of flows with a flow of one step."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import BARE, PHOENIX, cost, report, temporary_home


def main() -> int:
    """Measure as multiples of bare Python's CPU."""
    with temporary_home() as home:
        fill(Path(home), 200)
        environ = {"PHOENIX_HOME": home}
        flow = Path(home, "one.yaml")
        flow.write_text("name: one\nsteps:\n  a: {run: ['true']}\n", encoding="utf-8")
        bare = cost(BARE, times=15).cpu_s
        met = []
        for what, words, bar in (
            ("phoenix --version", ["--version"], 3),
            ("phoenix --help", ["--help"], 7),
            ("phoenix ecosystem list, 200 repositories", ["ecosystem", "list"], 15),
            ("phoenix ecosystem list --json, 200 repositories", ["ecosystem", "list", "--json"], 15),
            ("phoenix flow run, one step, its processes included", ["flow", "run", str(flow)], 17),
            ("phoenix flow list", ["flow", "list"], 10),
            ("phoenix flow show", ["flow", "show"], 13),
            ("phoenix flow logs", ["flow", "logs"], 13),
            ("phoenix flow validate", ["flow", "validate", str(flow)], 14),
            ("phoenix flow plan", ["flow", "plan", str(flow)], 15),
        ):
            used = cost([*PHOENIX, *words], times=9, environ=environ).cpu_s
            met.append(
                report(what, used / bare, bar, "x", f"{used * 1000:.0f} ms CPU, bare python {bare * 1000:.0f} ms")
            )
    return 0 if all(met) else 1


def fill(home: Path, count: int) -> None:
    """Put rows of repositories into a home, each with a detection, as imports would."""
    from phoenix_cli.app import build
    from phoenix_cli.ecosystem.repositories import keep_detection
    from phoenix_cli.ecosystem.version import DETECTOR_VERSION

    app = build(home)
    with app.state.write() as connection:
        for number in range(count):
            name, tree = f"repo{number:03}", f"{number:040x}"
            connection.execute(
                "INSERT INTO repos (id, name, key, url, owner, path, branch, commit_id, tree_id, imported_at, updated_at)"
                " VALUES (?, ?, ?, ?, 'me', ?, 'main', ?, ?, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')",
                (
                    f"repo_{number:013}",
                    name,
                    f"example.org/me/{name}",
                    f"https://example.org/me/{name}",
                    str(home / name),
                    tree,
                    tree,
                ),
            )
            body = {
                "path": name, "commit": tree, "primary": {}, "package_managers": [], "versions": [], "services": [],
                "conflicts": [], "problems": [],
                "components": [{"dir": ".", "system": "make", "place": "root", "commands": [], "evidence": []}] * 5,
            }  # fmt: skip
            keep_detection(connection, tree, DETECTOR_VERSION, body, "now")
    app.state.close()


if __name__ == "__main__":
    sys.exit(main())
