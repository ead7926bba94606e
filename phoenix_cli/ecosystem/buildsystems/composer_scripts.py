"""Scripts of a composer.json: which are events, how each is run, what role each plays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Role

_EVENT = re.compile(
    r"(?:pre|post)-(?:(?:install|update|status|archive|root-package-install|create-project)(?:-cmd)?|autoload-dump"
    r"|package-(?:install|update|uninstall)|dependencies-solving|operations-exec|pool-create|command-run|file-download)|init|command"
)
#: Composer's own commands: a script of such a name only runs as ``composer run-script x``.
_BUILT_IN = frozenset(
    [
        "about",
        "archive",
        "audit",
        "browse",
        "bump",
        "check-platform-reqs",
        "clear-cache",
        "clearcache",
        "cc",
        "completion",
        "config",
        "create-project",
        "depends",
        "why",
        "diagnose",
        "dump-autoload",
        "dumpautoload",
        "exec",
        "fund",
        "global",
        "help",
        "home",
        "info",
        "init",
        "install",
        "i",
        "licenses",
        "list",
        "outdated",
        "prohibits",
        "why-not",
        "reinstall",
        "remove",
        "rm",
        "uninstall",
        "repository",
        "require",
        "r",
        "run",
        "run-script",
        "search",
        "self-update",
        "selfupdate",
        "show",
        "status",
        "suggests",
        "update",
        "u",
        "upgrade",
        "validate",
    ]
)
#: Names that PHP projects give, beyond the common ones.
_TEST_NAMES = r"phpunit|pest|unit|codecept(?:ion)?|kahlan|phpspec"
_FORMAT_NAMES = (
    r"(?:cs|code-?style|style|phpcs|php-?cs-?fixer|lint|ecs|pint|format)[-_:.]?(?:fix|fixer)"
    r"|fix[-_:.]?(?:cs|style|code-?style|lint)|phpcbf|cbf|pint"
)
_LINT_NAMES = (
    r"(?:check[-_:.]?)?(?:cs|code-?style|phpcs|php-?cs|sniff|ecs)(?:[-_:.]?(?:check|dry-run))?|(?:php)?stan|phpstan[-_:.]?\w*"
    r"|psalm|analy[sz]e|analysis|static(?:[-_:.]?analysis)?|check[-_:.]static|sa|rector[-_:.](?:dry|check)\S*|phpmd|parallel-lint"
)
_NAMES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("test", re.compile(_TEST_NAMES)),
    ("format", re.compile(_FORMAT_NAMES)),
    ("lint", re.compile(_LINT_NAMES)),
)
_REWRITES = re.compile(r"\b(?:php-cs-fixer|ecs|pint|phpcbf)\b")
_ONLY_LOOKS = re.compile(r"--dry-run|--test|\bcheck\b|diff")


def scripts_of(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of the scripts that people run; events belong to Composer."""
    scripts = manifest.get("scripts")
    for name, value in scripts.items() if isinstance(scripts, dict) else ():
        text = "\n".join(str(part) for part in value) if isinstance(value, list) else value
        if isinstance(text, str) and text and not _EVENT.fullmatch(name):
            yield name, text


def run_form(name: str) -> tuple[str, ...]:
    """Return how one runs a script: by its name alone unless Composer has a command of that name."""
    return ("composer", "run-script", name) if name in _BUILT_IN else ("composer", name)


def role_of_script(name: str, text: str) -> tuple[Role, float]:
    """Judge a script by its name and text."""
    role, sure = judge(name, text)
    for known, pattern in _NAMES:
        if role in ("other", "check", known) and pattern.fullmatch(name.lower()):
            return known, 0.8
    if role == "install":
        return role, 0.5  # "setup" prepares databases and keys besides: composer install comes before it
    if role == "lint" and _REWRITES.search(text) and not _ONLY_LOOKS.search(text):
        return "format", 0.6
    return role, sure
