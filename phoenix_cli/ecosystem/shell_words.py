"""Cut shell text into words and simple commands, as far as one can without running it.

One regular expression walks the text once: a repository's workflows hold thousands of lines, and ``shlex`` looks at every
character in Python. What a shell would compute (``$(...)``, globs, variables) stays in the word as it was written.
"""

from __future__ import annotations

import re
import shlex

_WORD = (
    r"(?:[^\s\"'\\|&;<>()`$]|\\(?:.|$)|\"(?:[^\"\\]|\\.)*\"|'[^']*'"
    r"|\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\$\{[^}\n]{0,400}\}|\$'[^']*'|\$|`[^`\n]*`|(?<==)\([^()]*\))+"
)
_TOKEN = re.compile(
    r"(?P<space>(?:[ \t\r]|\\\r?\n)+)"
    r"|(?P<comment>(?<![^\s;&|()])\#[^\n]*)"
    r"|(?P<function>[\w-]+[ \t]*\(\)\s*\{?)"
    r"|(?P<redirect>(?:\d*|&)(?:>>|>\||<<<|<<-?|<>|[<>])(?:&\s*(?:\d+|-))?(?:&(?=\S))?[ \t]*)"
    r"|(?P<end>\n|&&|\|\||\|&|;;&?|[|;&()])"
    rf"|(?P<word>{_WORD})"
    r"|(?P<broken>[\s\S])"
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_LEADS = frozenset(
    (
        "sudo",
        "exec",
        "time",
        "env",
        "command",
        "nohup",
        "if",
        "then",
        "elif",
        "else",
        "while",
        "until",
        "do",
        "!",
        "@",
        "{",
    )
)
_GRAMMAR = frozenset(("fi", "done", "esac", "}", "]]", "for", "case", "function"))
_PROMPT = re.compile(r"^([ \t]*)[$%>❯][ \t]+", re.MULTILINE)
_PLAIN = re.compile(r"[\"'\\]")


def simple_commands(text: str) -> list[tuple[str, ...]]:
    """Cut shell text (a CI step, a recipe, a fenced block) into its simple commands, as argument lists.

    Environment assignments in front, prompts, redirections, ``sudo``, ``exec``, ``time`` and the like are dropped; what
    cannot be read (an open quote) is left out up to its end.
    """
    found: list[tuple[str, ...]] = []
    words: list[str] = []
    readable, skip_word = True, False
    for token in _TOKEN.finditer(_PROMPT.sub(r"\1", text)):
        kind = token.lastgroup
        if kind == "word":
            if not skip_word:
                words.append(token.group())
            skip_word = False
        elif kind == "redirect":
            skip_word = "&" not in token.group()[1:]
        elif kind == "broken":
            readable = False
        elif kind in ("end", "function"):
            _finish(words, readable, found)
            words, readable, skip_word = [], True, False
    _finish(words, readable, found)
    return found


def _finish(words: list[str], readable: bool, found: list[tuple[str, ...]]) -> None:
    if not readable:
        return
    at = 0
    while at < len(words) and (words[at] in _LEADS or _ASSIGNMENT.match(words[at])):
        at += 1
    if at < len(words) and words[at] not in _GRAMMAR:
        found.append(tuple(_unquoted(word) for word in words[at:]))


def _unquoted(word: str) -> str:
    if not _PLAIN.search(word):
        return word
    try:
        return "".join(shlex.split(word)) if "$(" not in word and "`" not in word else word
    except ValueError:
        return word


def shell(text: str) -> tuple[str, ...]:
    """Turn a line of shell text into an argument list: split it when it is plain words, else hand it to ``sh -c``."""
    if re.search(r"[|&;<>()$`\\*?\[\]{}~#\n]|^\s*\w+=", text):
        return ("sh", "-c", text.strip())
    try:
        words = shlex.split(text)
    except ValueError:
        return ("sh", "-c", text.strip())
    return tuple(words)
