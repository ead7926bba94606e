"""The line of a key in a TOML file, which the parsed value no longer knows."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Folder


def key_evidence(folder: Folder, file: str, rule: str, key: str) -> Evidence:
    """Point at the first line of a file that begins with a key."""
    text = folder.text(file)
    found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text, re.MULTILINE)
    return folder.evidence(file, rule, line=text.count("\n", 0, found.start()) + 1 if found else None)
