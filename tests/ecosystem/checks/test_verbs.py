"""``phoenix ecosystem check`` and ``findings``: screens, JSON, exit statuses, files beside a run."""

import json

import pytest

from phoenix_cli.ecosystem.checks.findings import MAX_FINDINGS, Finding, Seen, gathered, reaches
from tests.ecosystem.checks.test_secrets import POSITIVES
from tests.gitting import repository


@pytest.fixture
def shop(phoenix, tmp_path):
    files = {"app.py": f"KEY = '{POSITIVES['github-token']}'\n", "Makefile": "test:\n\ttouch ran\n"}
    source = repository(tmp_path / "src" / "shop", files)
    assert phoenix("ecosystem", "import", source, "--yes").code == 0
    return phoenix


def test_a_check_fails_at_what_is_as_bad_as_asked_and_never_tells_a_secret(shop):
    answer = shop("ecosystem", "check", "shop", "secrets")
    assert answer.code == 1 and "app.py:1" in answer.out and "1 high" in answer.err
    assert POSITIVES["github-token"] not in answer.out + answer.err
    assert shop("ecosystem", "check", "shop", "secrets", "--fail-on", "never").code == 0
    assert shop("ecosystem", "check", "shop", "ci").code == 0


def test_json_is_the_documented_shape_and_the_event_log_has_it(shop):
    answer = shop("ecosystem", "check", "shop", "secrets", "--json")
    body = answer.json
    assert set(body) == {"check", "repo", "commit", "counts", "findings", "notes", "facts"}
    assert (
        body["counts"] == {"high": 1, "medium": 0, "low": 0} and answer.problem["details"]["counts"] == body["counts"]
    )
    assert set(body["findings"][0]) == {"rule", "severity", "message", "file", "line", "hint"}
    (event,) = shop("events", "--operation", "ecosystem.check", "--json").json["items"]
    assert event["after"]["high"] == 1 and POSITIVES["github-token"] not in json.dumps(event)


def test_findings_of_a_run_are_kept_beside_it(shop):
    inside = {"PHOENIX_RUN_ID": "run_1", "PHOENIX_STEP": "secrets"}
    shop("ecosystem", "check", "shop", "secrets", env=inside)
    shop("ecosystem", "check", "shop", "licences", env={**inside, "PHOENIX_STEP": "licences"})
    words = ("--step", "secrets=failed", "--step", "lint=skipped", "--note", "lint=no linter here")
    body = shop("ecosystem", "findings", "run_1", *words, "--json").json
    assert [(one["step"], one["status"]) for one in body["steps"]] == [
        ("secrets", "failed"), ("lint", "skipped"), ("licences", "done"),
    ]  # fmt: skip
    assert body["steps"][1]["counts"] is None and body["steps"][1]["notes"] == ["no linter here"]
    assert body["items"][0]["step"] == "secrets" and body["counts"]["high"] == 1
    assert shop("ecosystem", "findings", "--fail-on", "high", env=inside).code == 1
    assert shop("ecosystem", "findings", "run_1").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "shop", "secret"), 3), (("check", "nobody", "secrets"), 3), (("check", "shop", "ci", "--fail-on", "bad"), 2),
        (("findings",), 2), (("findings", "run_2"), 3), (("findings", "../../run"), 2),
    ],
)  # fmt: skip
def test_wrong_words(shop, words, code):
    answer = shop("ecosystem", *words)
    assert (answer.code == code and "hint:" in answer.err) or code == 2, answer


def test_a_run_cannot_lead_out_of_its_folder(shop, tmp_path):
    answer = shop("ecosystem", "check", "shop", "ci", env={"PHOENIX_RUN_ID": "../../evil", "PHOENIX_STEP": "x"})
    assert answer.code == 2 and not (tmp_path / "evil").exists()
    answer = shop("ecosystem", "check", "shop", "ci", env={"PHOENIX_RUN_ID": "run_1", "PHOENIX_STEP": "../../../x"})
    assert answer.code == 2


def test_steps_of_any_name_keep_what_each_of_their_checks_found(shop):
    for step, check in (("each[2]", "secrets"), ("each[2]", "ci"), ("ci", "ci")):
        shop("ecosystem", "check", "shop", check, env={"PHOENIX_RUN_ID": "run_1", "PHOENIX_STEP": step})
    steps = shop("ecosystem", "findings", "run_1", "--json").json["steps"]
    assert [one["step"] for one in steps] == ["ci", "each[2].ci", "each[2].secrets"]


def test_nothing_of_the_repository_is_run(shop):
    for name in ("secrets", "history", "licences", "complexity", "pins", "ci", "surprises"):
        shop("ecosystem", "check", "shop", name)
    assert not list(shop.home.rglob("ran"))


def test_findings_are_counted_beyond_what_is_listed():
    many = [Finding("r", "low", str(number)) for number in range(MAX_FINDINGS + 5)]
    result = gathered("c", "r", None, Seen([*many, many[0], Finding("r", "high", "x")]))
    assert result.counts == {"high": 1, "medium": 0, "low": MAX_FINDINGS + 5} and len(result.findings) == MAX_FINDINGS
    assert result.findings[0].severity == "high" and "6 more" in result.notes[0]
    assert reaches(result.counts, "high") and not reaches(result.counts, "never")
    assert not reaches({"high": 0, "medium": 0, "low": 3}, "medium")
