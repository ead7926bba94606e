"""The group ``phoenix flow``; its verbs stand in the modules beside this one."""

from __future__ import annotations

from phoenix_cli.cli.root import Group
from phoenix_cli.cli.table import COMMANDS

app = Group(COMMANDS["flow"].help)
