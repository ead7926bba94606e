"""The command tree: groups are imported when their word is typed, never before."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from phoenix_cli.cli.examples import EXAMPLES
from phoenix_cli.cli.help import root_help
from phoenix_cli.cli.table import COMMANDS
from phoenix_cli.cli.topics import TOPICS
from phoenix_cli.kernel.errors import NotFound, did_you_mean

Function = TypeVar("Function", bound=Callable[..., Any])
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(TyperGroup):
    """A group whose members are stubs until one is called. Typer has Click inside, so Click's add-ons do not fit."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict(self.commands)
        for name, entry in COMMANDS.items():
            self.commands.setdefault(name, TyperGroup(name=name, help=entry.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Find the command, importing its module now."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            command = _built(importlib.import_module(COMMANDS[name].module).app, rest)
            command.name = name
            self.commands[name] = command
        return name, command, rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the same help as the quick answer does."""
        formatter.write(root_help())


def _built(app: typer.Typer, rest: list[str]) -> Any:
    """Build a group of verbs; if the next word is a verb with that one only, as Typer takes a millisecond for each."""
    every = app.registered_commands
    asked = [one for one in every if one.name in rest[:1]]
    if not asked or len(every) == 1:
        return get_command(app)
    try:
        app.registered_commands = asked
        return get_group(app)
    finally:
        app.registered_commands = every


root = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
    add_completion=False,
)


@root.callback()
def _root() -> None:
    """Import any repository and know how to build, test and run it."""


@root.command("help")
def _help(topic: str = typer.Argument(help=", ".join(TOPICS), autocompletion=lambda: list(TOPICS))) -> None:
    """Explain a topic."""
    raise NotFound(
        f"no help topic {topic!r}",
        code="help.no_topic",
        hints=(*did_you_mean(topic, TOPICS), f"topics: {', '.join(TOPICS)}"),
    )


def command() -> Any:
    """Return the command that parses everything."""
    return get_command(root)


class Verb(TyperCommand):
    """A verb whose help has examples and names the flags that every verb takes."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.help = (self.help or "").replace("``", "")
        for parameter in (one for one in self.params if one.param_type_name == "option"):
            parameter.metavar = parameter.metavar or _METAVARS.get(parameter.type.name)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Write arguments as everyone does: ``REPO [SERVICE]``."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.replace("{", "").replace("}", "").upper() for piece in pieces]

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples and the common flags."""
        _write_examples(ctx, formatter)
        with formatter.section("Common flags"):
            formatter.write_text("--json[=a,b]  --home PATH  -q -v -vv  --yes  --no-input  --no-color  --debug")


#: Typer's own words are <int range> and the like.
_METAVARS = {"int": "N", "int range": "N", "float": "N", "float range": "N", "str": "TEXT"}


def _write_examples(ctx: Any, formatter: Any) -> None:
    lines = EXAMPLES.get(ctx.command_path.removeprefix("phoenix "), ())
    if lines:
        with formatter.section("Examples"):
            for line in lines:
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")


class VerbGroup(TyperGroup):
    """A group of verbs; alone it shows its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take nothing for a request for help."""
        return super().parse_args(ctx, args or (["--help"] if not ctx.resilient_parsing else []))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(ctx, formatter)


class Group(typer.Typer):
    """A group for one file of verbs, with the house's settings."""

    def __init__(self, help: str, **options: Any) -> None:
        super().__init__(
            help=help, rich_markup_mode=None, pretty_exceptions_enable=False, context_settings=SETTINGS,
            add_completion=False, **options,
        )  # fmt: skip

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Add a verb."""
        options.setdefault("cls", Verb)
        settings = {**SETTINGS, **options.pop("context_settings", {})}
        return super().command(name, context_settings=settings, **options)
