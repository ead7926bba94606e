"""CI besides GitHub Actions (row 82): the scripts that maintainers run, wherever a format puts them.

Each format keeps its shell lines below a few keys at any depth, so one scan serves all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.image_versions import image_version
from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.buildsystems.yaml_lines import Entry, entries, flow_items
from phoenix_cli.ecosystem.facts import Component, Evidence, Fact, Usage, Version
from phoenix_cli.ecosystem.files import Folder

MAX_USAGES = 300
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class Format:
    """One CI system: its files at the root or in its own folder, and the keys that hold shell text."""

    system: str
    keys: re.Pattern[str]
    names: re.Pattern[str]
    folder: str = ""


def _format(system: str, keys: str, names: str, folder: str = "") -> Format:
    return Format(system, re.compile(keys), re.compile(names), folder)


_SCRIPTS = r"script|before_script|after_script"
FORMATS = (
    _format("gitlab-ci", _SCRIPTS, r"\.gitlab-ci\.ya?ml"),
    _format("azure-pipelines", r"script|bash", r"\.?azure-pipelines?[\w.-]*\.ya?ml"),
    _format("azure-pipelines", r"script|bash", r".*\.ya?ml", ".azure-pipelines"),
    _format("circleci", r"run|command", r"config\.ya?ml", ".circleci"),
    _format("travis", _SCRIPTS + r"|install|before_install", r"\.travis\.ya?ml"),
    _format("drone", r"commands", r"\.drone\.ya?ml"),
    _format("woodpecker", r"commands", r"\.woodpecker\.ya?ml"),
    _format("woodpecker", r"commands", r".*\.ya?ml", ".woodpecker"),
    _format("bitbucket-pipelines", r"script", r"bitbucket-pipelines\.ya?ml"),
    _format("cirrus", r"\w*script", r"\.cirrus\.ya?ml"),
    _format("appveyor", r"install|build_script|test_script|before_build|before_test", r"\.?appveyor\.ya?ml"),
    _format("buildkite", r"commands?", r"pipeline[\w.-]*\.ya?ml", ".buildkite"),
    _format("semaphore", r"commands", r".*\.ya?ml", ".semaphore"),
    _format("sourcehut", r"tasks", r"\.build\.yml"),
    _format("sourcehut", r"tasks", r".*\.yml", ".builds"),
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of each CI system at the repository's root, and its scripts as usages."""
    for one in FORMATS:
        names = sorted(filter(one.names.fullmatch, folder.names)) if folder.path == one.folder else []
        if names:
            evidence = tuple(folder.evidence(name, f"{one.system}.file", line=1) for name in names[:MAX_FILES])
            yield Component("", one.system, "yaml", 0.95, evidence)
            for path in _with_includes(folder, one, names[:MAX_FILES]):
                yield from _facts(folder, one, path)
    if not folder.path:
        yield from _jenkins(folder)
        yield from _cloud_build(folder)


def _with_includes(folder: Folder, one: Format, names: list[str]) -> list[str]:
    """GitLab's file is often but a list of the files that hold the jobs."""
    paths = [folder.join(name) for name in names]
    if one.system != "gitlab-ci":
        return paths
    for entry in list(entries(folder.text(names[0]))):
        if entry.path[:1] == ("include",) and (entry.path[-1] in ("local", "include") or len(entry.path) == 2):
            path = entry.value.lstrip("/")
            above, _, name = path.rpartition("/")
            if name in folder.files.folder(above).names and len(paths) < MAX_FILES:
                paths.append(path)
    return paths


def _facts(folder: Folder, one: Format, path: str) -> Iterator[Usage | Version]:
    count = 0
    seen: set[tuple[object, ...]] = set()
    shell = Shell(folder.files, "ci", path, f"{one.system}.script", "")
    group: tuple[object, ...] = ()
    for entry in entries(folder.files.text(path)):
        if not entry.value:
            continue
        if entry.path[-1] in ("image", "name") and (pinned := image_version(entry.value)):
            yield Version(*pinned, Evidence(path, entry.line, f"{one.system}.image"))
        elif _is_script(one, entry):
            shell.dir, group = (shell.dir, group) if entry.path[:-1] == group else ("", entry.path[:-1])
            for usage in _lines(shell, entry):
                if (usage.argv, usage.dir) not in seen and count < MAX_USAGES:
                    seen.add((usage.argv, usage.dir))
                    count += 1
                    yield usage


def _is_script(one: Format, entry: Entry) -> bool:
    """Tell whether a value is shell text: of a key, of an item below it, or of a shell's name below it."""
    keys = [part for part in entry.path[-3:] if isinstance(part, str)]
    if keys and keys[-1] in ("cmd", "sh", "bash") and len(keys) > 1:
        keys = keys[:-1]
    if one.system == "sourcehut":
        return entry.path[0] == "tasks"
    return bool(keys) and one.keys.fullmatch(keys[-1]) is not None


def _lines(shell: Shell, entry: Entry) -> Iterator[Usage]:
    for item in flow_items(entry.value):
        yield from shell.usages(item, entry.line + ("\n" in entry.value))


def _jenkins(folder: Folder) -> Iterator[Fact]:
    """A Jenkinsfile is a program; its literal ``sh`` steps are read as text."""
    if "Jenkinsfile" not in folder.names:
        return
    yield Component("", "jenkins", "groovy", 0.95, (folder.evidence("Jenkinsfile", "jenkins.file", line=1),))
    text = folder.text("Jenkinsfile")
    step = r"""\b(?:sh|bat)[ \t]*(?:\(\s*)?(?:script:\s*)?(?:'''(.*?)'''|\"\"\"(.*?)\"\"\"|'([^'\n]*)'|"([^"\n]*)")"""
    for found in list(re.finditer(step, text, re.DOTALL))[:MAX_USAGES]:
        line = text.count("\n", 0, found.start()) + 1
        script = next(group for group in found.groups() if group is not None)
        yield from Shell(folder.files, "ci", "Jenkinsfile", "jenkins.sh", "").usages(script, line)


def _cloud_build(folder: Folder) -> Iterator[Fact]:
    """Cloud Build's steps are an image (or an entry point) and its arguments."""
    name = folder.first("cloudbuild.yaml", "cloudbuild.yml")
    if name is None:
        return
    yield Component("", "cloudbuild", "yaml", 0.95, (folder.evidence(name, "cloudbuild.file", line=1),))
    steps = folder.yaml(name).get("steps")
    for step in steps if isinstance(steps, list) else ():
        args = step.get("args") if isinstance(step, dict) else None
        if isinstance(args, list) and isinstance(step.get("name"), str):
            program = str(step.get("entrypoint") or step["name"].split(":")[0].rpartition("/")[2])
            source = folder.evidence(name, "cloudbuild.step", str(step["name"]))
            if program in ("bash", "sh") and args[:1] == ["-c"] and len(args) > 1:
                yield from Shell(folder.files, "ci", source.file, source.rule, "").usages(
                    str(args[1]), source.line or 1
                )
            else:
                yield Usage((program, *map(str, args)), str(step.get("dir") or ""), "ci", source)
