"""just (row 64): one command for each public recipe, with those of imported files and modules."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.justfile import Justfile, Recipe, parse
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact
from phoenix_cli.ecosystem.files import Folder

NAMES = ("justfile", ".justfile", "Justfile", ".Justfile", "JUSTFILE")
MAX_DEPTH = 4  # of imports and modules
_MODULE_FILES = ("{}.just", "{}/mod.just", "{}/justfile", "{}/.justfile")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the just component of a folder."""
    name = folder.first(*NAMES)
    if name is None:
        return
    commands = {command.name: command for command in reversed(list(_commands(folder, folder.join(name), "", 0)))}
    yield Component(
        folder.path, "just", "just", 0.95, (folder.evidence(name, "just.file", line=1),),
        commands=tuple(reversed(commands.values())),
    )  # fmt: skip


def _commands(folder: Folder, path: str, module: str, depth: int) -> Iterator[Command]:
    """Yield a file's recipes; ``module`` is the prefix that calls them (``docs::``)."""
    found = parse(folder.files.text(path))
    for recipe in found.recipes:
        if not recipe.private:
            yield _command(folder, path, module + recipe.name, recipe)
    yield from _aliases(folder, path, module, found)
    if depth < MAX_DEPTH:
        yield from _included(folder, path, module, found, depth + 1)


def _command(folder: Folder, path: str, name: str, recipe: Recipe, line: int = 0) -> Command:
    role, sure = judge(name.replace("::", ":"), recipe.text, needs_arguments=recipe.required > 0)
    return Command(
        command_name("just", name, folder.path), role, ("just", name), folder.path,
        Evidence(path, line or recipe.line, "just.alias" if line else "just.recipe"),
        origin="runner", confidence=sure, text=recipe.text,
    )  # fmt: skip


def _aliases(folder: Folder, path: str, module: str, found: Justfile) -> Iterator[Command]:
    """An alias is a name of its own, but never surer than the recipe's own name."""
    recipes = {recipe.name: recipe for recipe in found.recipes}
    for alias, (target, line) in found.aliases.items():
        recipe = recipes.get(target)
        if recipe is not None and not alias.startswith("_"):
            command = _command(folder, path, module + target, recipe, line)
            name = module + alias
            yield Command(
                command_name("just", name, folder.path), command.role, ("just", name), folder.path, command.source,
                origin="runner", confidence=round(command.confidence - 0.3, 2), text=command.text,
            )  # fmt: skip


def _included(folder: Folder, path: str, module: str, found: Justfile, depth: int) -> Iterator[Command]:
    here = folder.files.folder(path.rpartition("/")[0])
    for target in found.imports:
        yield from _file(folder, here, target, module, depth)
    for name, target in found.modules.items():
        candidates = [target] if target else [pattern.format(name) for pattern in _MODULE_FILES]
        existing = next((one for one in candidates if here.has_file(one)), None)
        if existing is not None:
            yield from _file(folder, here, existing, f"{module}{name}::", depth)


def _file(folder: Folder, here: Folder, target: str, module: str, depth: int) -> Iterator[Command]:
    above, _, name = target.rpartition("/")
    found = here.at(above)
    if name in found.names:
        yield from _commands(folder, found.join(name), module, depth)
