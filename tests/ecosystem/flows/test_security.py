"""``security-review``: its checks, and scanners only where they are here and may."""

import pytest

from phoenix_cli.ecosystem.running import set_trust
from phoenix_cli.kernel.errors import Usage
from tests.ecosystem.flows.grounds import GO, NODE, NONE, PYTHON, kinds

CHECKS = dict.fromkeys(("secrets", "history", "pins", "ci", "surprises", "licences"), "check")


def test_its_own_checks_need_nothing(grounds):
    grounds.bring("none", NONE)
    body = grounds.body("security-review", repo="none")
    told = kinds(body)
    assert CHECKS.items() <= told.items() and told["summary"] == "findings"
    assert (
        told["gitleaks"] == "skipped" and "gitleaks is skipped: gitleaks is not installed here" in body["description"]
    )
    assert set(told) == {*CHECKS, "gitleaks", "summary"}


def test_scanners_that_are_here(grounds):
    for tool in ("gitleaks", "bandit", "pip-audit"):
        grounds.tool(tool)
    grounds.bring("shop", {**PYTHON, "requirements.txt": "flask==3\n"})
    told = kinds(grounds.body("security-review", repo="shop"))
    assert (told["gitleaks"], told["bandit"], told["pip-audit"]) == ("gitleaks", "bandit", "skipped")
    assert kinds(grounds.body("security-review", repo="shop", network="yes"))["pip-audit"] == "pip-audit"


def test_a_scanner_that_obeys_the_repository_needs_its_trust(grounds):
    for tool in ("npm", "govulncheck"):
        grounds.tool(tool)
    for name, files, scanner in (("web", NODE, "npm-audit"), ("api", GO, "govulncheck")):
        grounds.bring(name, files)
        body = grounds.body("security-review", repo=name, network="yes")
        assert kinds(body)[scanner] == "skipped" and "not trusted" in body["description"]
        app = grounds.world.app
        set_trust(state=app.state, events=app.events, clock=app.clock, git=app.git, repo=name, level="trusted")
        assert kinds(grounds.body("security-review", repo=name, network="yes"))[scanner] != "skipped"


def test_how_bad_fails_it(grounds):
    grounds.bring("none", NONE)
    body = grounds.body("security-review", repo="none", fail_on="low")
    for name in (*CHECKS, "summary"):
        run = body["steps"][name]["run"]
        assert run[run.index("--fail-on") + 1] == "low", name
    with pytest.raises(Usage):
        grounds.text("security-review", repo="none", fail_on="worst")


def test_programs_are_the_machines_never_the_repositorys(grounds):
    grounds.bring("shop", {**PYTHON, ".venv/bin/bandit": "#!/bin/sh\n", "gitleaks": "#!/bin/sh\n"})
    grounds.bin.joinpath("nested").mkdir()
    told = kinds(grounds.body("security-review", repo="shop"))
    assert (told["gitleaks"], told["bandit"]) == ("skipped", "skipped")
