"""What makes a continuous integration dangerous: GitHub's own list of hardening, as rules over workflows.

Source: GitHub, "Secure use reference" and "Script injections"; the names of rules follow zizmor where it has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from phoenix_cli.ecosystem.checks.findings import Finding, Seen, Severity
from phoenix_cli.ecosystem.checks.sources import Sources
from phoenix_cli.ecosystem.checks.workflows import Job, Step, Workflow, mapping, workflows

_PINNED = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH = re.compile(r"(?i)main|master|develop|dev|trunk|latest|head|canary|nightly")
_FIRST_PARTY = ("actions/", "github/")
#: Values that anybody who opens an issue or a pull request can choose.
_CHOSEN = re.compile(
    r"\$\{\{(?:(?!\}\}).){0,500}?\b(github\.head_ref|github\.event\.(?:[a-z_]+\.)*(?:title|body|message|head_branch|name|email|label|ref"
    r"|page_name|default_branch|display_title|description)\b|github\.event\.(?:comment|review|issue|pull_request)(?=\s*[})\]]))"
)
_HARMLESS = re.compile(r"repository\.name|repository\.default_branch|sender\.|action\b")
_DANGEROUS = ("pull_request_target", "workflow_run")
_STRANGERS = ("head.sha", "head.ref", "head_ref", "head_sha", "head_branch", "pull/", "pull_request.number")
_FETCHED = re.compile(r"(?:curl|wget)\b[^\n|;&]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")


def check_ci(sources: Sources) -> Seen:
    """Look through GitHub workflows and actions."""
    found = list(workflows(sources))
    notes = [f"{one.file} cannot be read: {one.message}" for one in sources.files.problems.values()]
    if not found:
        notes.append("there are no GitHub workflows; other services are not looked at")
    return Seen([finding for one in found for finding in _of_workflow(one)], notes)


def _of_workflow(workflow: Workflow) -> Iterator[Finding]:
    yield from _permissions(workflow)
    for job in workflow.jobs:
        yield from _of_job(workflow, job)
        for step in job.steps:
            yield from _of_step(workflow, step)


def _finding(workflow: Workflow, rule: str, severity: Severity, message: str, at: str, hint: str = "") -> Finding:
    return Finding(rule, severity, message, workflow.path, workflow.line(at), hint)


def _permissions(workflow: Workflow) -> Iterator[Finding]:
    named = [("the workflow", workflow.body), *((f"job {job.name}", job.body) for job in workflow.jobs if job.name)]
    for who, body in named:
        if body.get("permissions") == "write-all":
            yield _finding(workflow, "excessive-permissions", "medium", f"{who} may write everything", "write-all",
                           "name the permissions that it needs")  # fmt: skip
    if workflow.events and all("permissions" not in body for _, body in named):
        yield _finding(workflow, "default-permissions", "low", "it says nothing about permissions, so the default holds",
                       "jobs:", "permissions: {contents: read} at the top")  # fmt: skip


def _of_job(workflow: Workflow, job: Job) -> Iterator[Finding]:
    if job.uses:
        yield from _pin(workflow, job.uses)
        if job.body.get("secrets") == "inherit" and not job.uses.startswith("./"):
            yield _finding(workflow, "secrets-inherit", "medium", f"{job.uses} gets every secret", job.uses)
    strangers = workflow.events & {"pull_request", *_DANGEROUS, "issue_comment"}
    if strangers and "self-hosted" in str(job.body.get("runs-on", "")):
        yield _finding(workflow, "self-hosted-runner", "medium", f"strangers' {min(strangers)} runs on a machine of one's own",
                       "self-hosted")  # fmt: skip
    for env in (workflow.body.get("env"), job.body.get("env")):
        yield from _commands_by_output(workflow, mapping(env))


def _of_step(workflow: Workflow, step: Step) -> Iterator[Finding]:
    yield from _commands_by_output(workflow, step.env)
    if step.uses:
        yield from _pin(workflow, step.uses)
        yield from _strangers_checkout(workflow, step)
    for text in (step.run, step.script):
        yield from _injections(workflow, text)
    if _FETCHED.search(step.run):
        yield _finding(
            workflow, "fetched-script", "low", "a script from the network is run unseen", _FETCHED.findall(step.run)[0]
        )


def _commands_by_output(workflow: Workflow, env: Iterable[str]) -> Iterator[Finding]:
    if "ACTIONS_ALLOW_UNSECURE_COMMANDS" in env:
        yield _finding(workflow, "insecure-commands", "high", "output of any command may set variables",
                       "ACTIONS_ALLOW_UNSECURE_COMMANDS")  # fmt: skip


def _pin(workflow: Workflow, uses: str) -> Iterator[Finding]:
    """Judge ``owner/name@ref``: a commit cannot be moved, a tag can, a branch is."""
    if uses.startswith("./") or "${{" in uses:
        return
    if uses.startswith("docker://"):
        if "@sha256:" not in uses:
            yield _finding(workflow, "unpinned-image", "medium", f"{uses} may change", uses, "name its @sha256 digest")
        return
    name, at, ref = uses.partition("@")
    if not at or _PINNED.fullmatch(ref):
        return
    moving = _BRANCH.fullmatch(ref) is not None
    ours = name.startswith(_FIRST_PARTY)
    severity: Severity = "medium" if moving and ours else "low" if ours else "high" if moving else "medium"
    what = "a branch" if moving else "a tag"
    yield _finding(workflow, "unpinned-action", severity, f"{uses} is {what}, which its owner can move", uses,
                   "name a commit: owner/action@<40 letters>  # v1")  # fmt: skip


def _strangers_checkout(workflow: Workflow, step: Step) -> Iterator[Finding]:
    if not workflow.events.intersection(_DANGEROUS) or not step.uses.startswith("actions/checkout@"):
        return
    wanted = f"{step.given.get('ref', '')} {step.given.get('repository', '')}"
    if any(word in wanted for word in _STRANGERS):
        event = min(workflow.events.intersection(_DANGEROUS))
        yield _finding(workflow, "strangers-checkout", "high", f"{event} has secrets, and checks a stranger's code out",
                       str(step.given.get("ref") or step.uses), "use pull_request, or run nothing of it")  # fmt: skip


def _injections(workflow: Workflow, text: str) -> Iterator[Finding]:
    for match in _CHOSEN.finditer(text):
        if not _HARMLESS.search(match[1]):
            yield _finding(workflow, "script-injection", "high", f"{match[1]} goes into a script as it is", match[0],
                           "hand it over in env, and write \"$NAME\"")  # fmt: skip
