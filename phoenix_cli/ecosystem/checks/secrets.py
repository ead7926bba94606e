"""Secrets in texts: where they stand and of what kind they are, never what they are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from phoenix_cli.ecosystem.checks import secret_rules as rules
from phoenix_cli.ecosystem.checks.findings import Finding, Seen, Severity
from phoenix_cli.ecosystem.checks.sources import Sources, Text, line_at
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

MAX_IN_FILE = 50
_HINT = "take it out, and make a new one: what was pushed once is known"
_MADE_UP = re.compile(
    r"(?i)example|placeholder|x{4}|0{6}|1234567|abcdefg|your[-_]|dummy|sample|fake|redacted|\.\.\.|\*\*\*|[<>{}$]"
)
#: Hosts that only the machine, or the containers beside it, can reach.
_NEAR = re.compile(
    r"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|[A-Za-z0-9_-]+|.*\.(?:local|test|example|invalid|localhost)"
)
_EXAMPLE_HOST = re.compile(r"(?:.*\.)?example\.(?:com|org|net)|.*\.(?:example|invalid|test)|host|hostname|domain\.com")


def check_secrets(sources: Sources) -> Seen:
    """Look through every tracked text file as it is on disk."""
    return Seen(list(found_in(sources.texts())), sources.notes)


def found_in(texts: Iterable[Text]) -> Iterator[Finding]:
    """Yield what is found in texts, at most ``MAX_IN_FILE`` in each."""
    for path, text in texts:
        seen: dict[tuple[str, int | None], Finding] = {}
        for one in _in_text(path, text):
            seen.setdefault((one.rule, one.line), one)
            if len(seen) == MAX_IN_FILE:
                break
        rare = _rarely_real(path)
        yield from (
            replace(one, severity="medium") if rare and one.severity == "high" else one for one in seen.values()
        )


def _rarely_real(path: str) -> bool:
    """Tell whether a file is of tests, examples or docs, where made-up keys are common: likely, not certain."""
    folder, _, name = path.lower().rpartition("/")
    telling = re.search(
        r"(?:^|[._-])(?:tests?|specs?|examples?|samples?|mocks?|fixtures?|templates?|dist)(?:[._-]|$)", name
    )
    return (
        place_of(folder) in LOW_PLACES
        or telling is not None
        or name.startswith("readme")
        or name.endswith((".md", ".rst", ".adoc"))
    )


def _in_text(path: str, text: str) -> Iterator[Finding]:
    lower = text.lower()
    for rule in rules.FORMS:
        if any(word in lower for word in rule.words):
            yield from _of_form(rule, path, text)
    if "private key" in lower:
        yield from _private_keys(path, text)
    if "://" in text and "@" in text:
        yield from _logins(path, text)
    if any(word in lower for word in rules.TELLING) and not rules.GENERATED.fullmatch(path):
        yield from _assigned(path, text)


def _finding(rule: str, severity: Severity, what: str, path: str, text: str, at: int) -> Iterator[Finding]:
    if not _allowed(text, at):
        yield Finding(rule, severity, what, path, line_at(text, at), _HINT)


def _allowed(text: str, at: int) -> bool:
    """Tell whether the line says that it is meant to be there, in the words of common scanners."""
    end = text.find("\n", at)
    line = text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)][:2_000].lower()
    return any(word in line for word in rules.ALLOWED)


def _of_form(rule: rules.Rule, path: str, text: str) -> Iterator[Finding]:
    for match in rule.pattern.finditer(text):
        secret = match.group(match.lastindex or 0)
        if entropy(secret) < rule.entropy or _MADE_UP.search(secret):
            continue
        shown = f"{secret[: rule.shown]}… of {len(secret)} letters" if rule.shown else f"{len(secret)} letters"
        yield from _finding(rule.name, rule.severity, f"{rule.what} ({shown})", path, text, match.start())


def _private_keys(path: str, text: str) -> Iterator[Finding]:
    for match in rules.PRIVATE_KEY.finditer(text):
        kind, headers, body = (match.group(1) or "").strip(), match.group(2), match.group(3)
        if entropy(body) < 3.0:
            continue
        locked = kind == "ENCRYPTED" or "ENCRYPTED" in headers
        what = f"a private key{f' ({kind})' if kind and not locked else ''}{', encrypted' if locked else ''}"
        yield from _finding("private-key", "medium" if locked else "high", what, path, text, match.start())


def _logins(path: str, text: str) -> Iterator[Finding]:
    for match in rules.LOGIN_IN_URL.finditer(text):
        user, password, host = match.groups()
        made_up = _MADE_UP.search(password) or rules.NO_SECRET.search(password) or password in (user, "pass", "pwd")
        if made_up or _EXAMPLE_HOST.fullmatch(host.lower()):
            continue
        severity: Severity = "low" if _NEAR.fullmatch(host) else "high" if entropy(password) >= 2.5 else "medium"
        yield from _finding("login-in-url", severity, "a password in a URL", path, text, match.start())


def _assigned(path: str, text: str) -> Iterator[Finding]:
    patterns = [rules.ASSIGNED, *([rules.ASSIGNED_BARE] if rules.BARE_FILES.fullmatch(path) else [])]
    for pattern in patterns:
        for match in pattern.finditer(text):
            if severity := judged(match.group(1)):
                what = f"a value that looks like a secret ({len(match.group(1))} letters)"
                yield from _finding("assigned-secret", severity, what, path, text, match.start())


def judged(value: str) -> Severity | None:
    """Return how likely a value beside a telling name is a secret; None for a word, a placeholder, a variable."""
    if rules.NO_SECRET.search(value) or rules.WORDS_ONLY.fullmatch(value):
        return None
    kinds = sum(bool(re.search(kind, value)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    if len(value) >= 20 and entropy(value) >= 3.5 and re.search("[0-9]", value) and not _is_dotted(value):
        return "high"
    return "medium" if kinds >= 3 and entropy(value) >= 2.75 and not _is_dotted(value) else None


def _is_dotted(value: str) -> bool:
    """Tell whether a value is made of words and short numbers: ``com.example.Thing2``, ``aws-sdk-v3-client``, ``1.2.3``."""
    parts = re.split(r"[-_.:/,;]", value)
    return len(parts) > 1 and all(
        re.fullmatch(r"[A-Za-z]*\d{0,4}|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*", part) for part in parts
    )


def entropy(text: str) -> float:
    """Return Shannon's entropy in bits for each letter: 0 for one letter, about 4 for random hex, 5 for base64."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0
