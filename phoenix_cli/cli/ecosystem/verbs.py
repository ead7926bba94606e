"""The group that the files beside this one add their verbs to; a word that is no verb is read as a repository."""

from __future__ import annotations

from typing import Any

from phoenix_cli.cli.root import Group, VerbGroup
from phoenix_cli.cli.table import COMMANDS

#: ``phoenix ecosystem ID VERB`` means ``phoenix ecosystem VERB ID`` for these.
SWAPPED = frozenset(
    "show commands explain detect sync remove build test trust start stop restart logs status wait".split()
)


class VerbOrRepository(VerbGroup):
    """The mission's form ``ecosystem ID COMMAND [ARGS]``: verbs win over ids."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Read an unknown first word as a repository when one is imported under it."""
        if args and args[0] not in self.commands and not args[0].startswith("-") and _imported(ctx.obj, args[0]):
            word, rest = args[0], args[1:]
            if not rest:
                args = ["show", word]
            elif rest[0] in SWAPPED:
                args = [rest[0], word, *rest[1:]]
            else:
                args = ["run", word, *rest]
        return super().resolve_command(ctx, args)


def _imported(context: Any, word: str) -> bool:
    from phoenix_cli.ecosystem.repositories import find
    from phoenix_cli.kernel.errors import NotFound

    try:
        find(context.app.state, word)
    except NotFound:
        return False
    return True


app = Group(COMMANDS["ecosystem"].help, cls=VerbOrRepository)
