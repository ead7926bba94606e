"""What a verb gets: the flags, the console, and the operations, each made when first used."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from phoenix_cli.app import App, build
from phoenix_cli.cli.console import Console
from phoenix_cli.cli.flags import Flags


class Context:
    """Handed to every verb as ``ctx.obj``."""

    def __init__(self, flags: Flags) -> None:
        self.flags = flags

    @cached_property
    def app(self) -> App:
        """The composition root."""
        return build(self.flags.home)

    @cached_property
    def console(self) -> Console:
        """The only object that prints."""
        return Console(self.flags)

    def perform(self, name: str, **arguments: Any) -> Any:
        """Carry out one operation by its name in the operations table."""
        from phoenix_cli.operations import perform

        return perform(self.app, name, **arguments)
