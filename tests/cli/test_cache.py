"""``phoenix cache`` as people and scripts use it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.clock import SystemClock

DOCUMENTED = (Path(__file__).parent.parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
RAW = b"\x00\xffraw" * 3_000


def fields(command: str) -> set[str]:
    (cell,) = re.findall(rf"^\| `cache {command}.* --json` \| (.*) \|$", DOCUMENTED, re.MULTILINE)
    return set(re.findall(r'"(\w+)"', cell))


@pytest.fixture
def filled(phoenix):
    with Store(phoenix.home / "cache", SystemClock()) as store:
        store.put("step/1", {"outputs": {"size": 3}}, ttl_s=600, cost_s=2.5, tags=["steps"])
        store.put("step/2", RAW, cost_s=0.5)
        store.put("files/1", {})
        store.child("run").put("step/1", "inner")
    return phoenix


def test_looking_at_an_empty_home_makes_nothing(phoenix):
    assert phoenix("cache", "stats", "--json").json["entries"] == 0
    answer = phoenix("cache", "list")
    assert (answer.code, answer.out, answer.err) == (0, "", "the cache is empty\n")
    assert phoenix("cache", "get", "a").code == 3
    assert phoenix("cache", "export", "-").out == '{"format": "phoenix-cache-1"}\n'
    assert not phoenix.home.exists()


def test_stats_and_list(filled):
    stats = filled("cache", "stats", "--json").json
    assert set(stats) == fields("stats")
    assert (stats["entries"], stats["puts"], stats["policy"], stats["hit_rate"]) == (4, 4, "lru", None)
    found = filled("cache", "list", "step/*", "--json").json
    assert [(one["key"], one["scope"]) for one in found["items"]] == [("step/1", ""), ("step/1", "run"), ("step/2", "")]
    assert set(found) | set(found["items"][0]) == fields("list")
    assert found["items"][0]["tags"] == ["steps"] and found["items"][0]["expires_at"].endswith("Z")
    assert filled("cache", "list", "--tag", "steps").out.split("\t")[0] == "step/1"
    assert filled("cache", "list", "a", "--tag", "b").code == 2


def test_get_prints_the_value(filled):
    assert json.loads(filled("cache", "get", "step/1").out) == {"outputs": {"size": 3}}
    assert filled("cache", "get", "step/1", "--scope", "run").json == "inner"
    assert filled("cache", "get", "step/2").out.encode("utf-8", "surrogateescape") == RAW
    found = filled("cache", "get", "step/2", "--json").json
    assert base64.b64decode(found["value"]) == RAW
    missing = filled("cache", "get", "step/3")
    assert missing.code == 3 and "did you mean step/" in missing.err


def test_delete_asks_and_says_what(filled):
    plan = filled("cache", "delete", "step/*", "--dry-run", "--json").json
    assert set(plan) | set(plan["items"][0]) == fields("delete") and not plan["items"][0]["deleted"]
    refused = filled("cache", "delete", "step/*")
    assert refused.code == 7 and "nothing was deleted" in refused.err
    done = filled("cache", "delete", "--regex", r"^step/\d$", "--yes", "--json").json
    assert [one["deleted"] for one in done["items"]] == [True] * 3
    assert [one["key"] for one in filled("cache", "list", "--json").json["items"]] == ["files/1"]
    assert filled("cache", "delete", "step/*").code == 3
    assert filled("cache", "delete").code == 2 and filled("cache", "delete", "").code == 2
    assert filled("cache", "delete", "--regex", "(").code == 2
    (event,) = filled("events", "--operation", "cache.delete", "--json").json["items"]
    assert event["after"] == 3


def test_clear(filled):
    assert filled("cache", "clear").code == 7
    assert filled("cache", "clear", "--dry-run", "--json").json["cleared"] is False
    answer = filled("cache", "clear", "--yes", "--json").json
    assert set(answer) == fields("clear") and answer["entries"] == 4
    assert filled("cache", "stats", "--json").json["bytes"] == 0
    assert filled("cache", "clear").code == 0


@pytest.mark.parametrize(
    ("text", "size"), [("20000", 20_000), ("15kB", 15_000), ("1.5MiB", 1_572_864), ("2g", 2 * 10**9)]
)
def test_limit(filled, text, size):
    found = filled("cache", "limit", text, "--policy", "cost", "--json").json
    assert (found["max_bytes"], found["policy"]) == (size, "cost") and found["bytes"] <= size
    assert set(found) == fields("stats")


@pytest.mark.parametrize("words", [[], ["much"], ["-5"], ["1e9"], ["9" * 30], ["5MB", "--policy", "random"]])
def test_a_limit_that_makes_no_sense(filled, words):
    assert filled("cache", "limit", *words).code == 2


def test_export_and_import(filled, tmp_path):
    answer = filled("cache", "export", "all.jsonl", "--json").json
    assert set(answer) | {"format"} == fields("export") and answer["entries"] == 4
    text = (tmp_path / "all.jsonl").read_text()
    assert filled("cache", "export", "-").out == text
    filled("cache", "clear", "--yes")
    answer = filled("cache", "import", "all.jsonl", "--json")
    assert answer.code == 0 and set(answer.json) | {"line", "message"} == fields("import")
    assert filled("cache", "export", "-").out == text
    assert filled("cache", "import", "-", stdin=text).code == 0
    half = filled("cache", "import", "-", stdin=text + "{}\n", env={"PHOENIX_HOME": str(tmp_path / "other")})
    assert half.code == 1 and "line 6" in half.err and "4 entries taken" in half.err
    assert filled("cache", "import", "missing").code == 3
    assert filled("cache", "import", "-", stdin="nothing").code == 2
    assert filled("cache", "export", "no/such/folder").code == 6


def test_verify(filled):
    assert filled("cache", "verify").code == 0
    (body,) = [one for one in (filled.home / "cache" / "bodies").rglob("*") if one.is_file()]
    body.write_bytes(b"damaged")
    (body.parent / "stranger").write_text("")
    bad = filled("cache", "verify", "--json")
    assert bad.code == 1 and set(bad.json) == fields("verify") and bad.problem["code"] == "cache.damaged"
    assert (len(bad.json["damaged"]), bad.json["orphans"], bad.json["sound"]) == (1, ["stranger"], False)
    assert filled("cache", "verify", "--repair").code == 0
    assert filled("cache", "verify", "--json").json["orphans"] == []
    assert [one["key"] for one in filled("cache", "list", "step/2", "--json").json["items"]] == []
