"""What may come next on a command line that is being typed. Reads SQLite for names, never the network.

A shell's script calls ``phoenix`` with ``_PHOENIX_COMPLETE`` set to its name: bash with the line up to the cursor as one
argument, zsh and fish with the words, the unfinished one last. One candidate a line comes back.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from phoenix_cli.kernel.errors import PhoenixError


def answer(shell: str, argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print the candidates; whatever is wrong with the line, nothing is said, for the shell would show it."""
    import typer

    words = split(argv[0] if argv else "") if shell == "bash" else list(argv)
    try:
        found = list(candidates(words))
    except (typer.TyperException, typer.Exit, PhoenixError):
        return 0
    sys.stdout.write("".join(f"{line}\n" for line in written(found, words[-1:], shell, environ)))
    return 0


def split(line: str) -> list[str]:
    """Split a line as a shell would, its last word unfinished; the program's own name is left out."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        fresh = not closing and (line.endswith(" ") or not words)
        return [*words[1:], ""] if fresh else words[1:]
    return [""]


def written(
    found: Sequence[tuple[str, str]], last: Sequence[str], shell: str, environ: Mapping[str, str]
) -> Iterator[str]:
    """Yield the lines in a shell's own form: bash words, zsh ``word:help``, fish ``word<tab>help``."""
    # Bash sees npm:te as the words npm, : and te, and wants the end of the last one only.
    typed = last[0] if last else ""
    before = typed[: typed.rfind(":") + 1] if ":" in environ.get("_PHOENIX_WORDBREAKS", "") else ""
    for word, help in found:
        text = " ".join(help.split())
        if shell == "bash":
            yield word.removeprefix(before)
        elif shell == "zsh":
            yield word.replace("\\", "\\\\").replace(":", "\\:") + (f":{text}" if text else "")
        else:
            yield f"{word}\t{text}" if text else word


def candidates(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (word, help) for the last, unfinished one of the words after ``phoenix``."""
    from phoenix_cli.cli.context import Context
    from phoenix_cli.cli.flags import FLAG_HELP, take_flags
    from phoenix_cli.cli.root import command

    *complete, incomplete = words or [""]
    if complete[-1:] == ["--home"]:
        return
    flags, rest = take_flags(complete)
    if flags.home:
        os.environ["PHOENIX_HOME"] = str(flags.home.absolute())
    yield from _of(command(), rest, incomplete, Context(flags))
    if incomplete.startswith("-") and "--" not in complete:
        for names, text in FLAG_HELP:
            for name in names.replace("[=a,b]", "").replace(" PATH", "").split(", "):
                if name.startswith(incomplete) and name.startswith("--"):
                    yield name, text


def _of(root: Any, words: Sequence[str], incomplete: str, given: Any) -> Iterator[tuple[str, str]]:
    """Follow the words down the command tree, then ask what stands at its end."""
    from typer.core import TyperGroup

    command, rest = root, list(words)
    context = root.make_context("phoenix", [], resilient_parsing=True, obj=given)
    while isinstance(command, TyperGroup) and rest:
        name, command, rest = command.resolve_command(context, rest)
        if command is None:
            return
        arguments = [] if isinstance(command, TyperGroup) else list(rest)
        context = command.make_context(name, arguments, parent=context, resilient_parsing=True)
    for item in _asked(command, context, words, incomplete).shell_complete(context, incomplete):
        if item.value not in context.help_option_names:
            yield item.value, item.help or ""


def _asked(command: Any, context: Any, words: Sequence[str], incomplete: str) -> Any:
    """Return what the unfinished word belongs to: an option's value, an argument, else the command's own names."""
    if incomplete.startswith("-"):
        return command
    parameters = command.get_params(context)
    for parameter in parameters:
        takes_value = parameter.param_type_name == "option" and not parameter.is_flag
        if takes_value and words[-1:] and words[-1] in parameter.opts:
            return parameter
    for parameter in parameters:
        if parameter.param_type_name == "argument" and _open(context, parameter):
            return parameter
    return command


def _open(context: Any, parameter: Any) -> bool:
    source = context.get_parameter_source(parameter.name)
    return parameter.nargs == -1 or source is None or source.name != "COMMANDLINE"
