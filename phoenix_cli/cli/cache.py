"""``phoenix cache``: look into the cache of results, limit it, clear it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import typer

from phoenix_cli.cli.console import ago, duration, one_line, size
from phoenix_cli.cli.context import Context
from phoenix_cli.cli.root import Group, VerbGroup
from phoenix_cli.cli.table import COMMANDS
from phoenix_cli.kernel.clock import parse_iso
from phoenix_cli.kernel.errors import Failed, NotFound, Unavailable, Usage

app = Group(COMMANDS["cache"].help, cls=VerbGroup)
TAG = typer.Option("", "--tag", help="Those with this tag: steps, files, tools, or one of your own.")
DRY_RUN = typer.Option(False, "--dry-run", help="Only say what would be deleted.")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)


@app.callback()
def _cache() -> None:
    pass


@app.command("stats")
def stats(ctx: typer.Context) -> None:
    """Show how large the cache is and how useful it was."""
    context: Context = ctx.obj
    _say_stats(context, context.perform("cache.stats"))


def _say_stats(context: Context, found: Any) -> None:
    if context.flags.json:
        context.console.answer(dataclasses.asdict(found) | {"hit_rate": found.hit_rate})
        return
    rate = (
        "nothing was asked for yet"
        if found.hit_rate is None
        else f"{found.hit_rate:.1%} of {found.hits + found.misses:,}"
    )
    rows = [
        ("entries", f"{found.entries:,}, {found.bodies:,} different bodies"),
        ("size", f"{size(found.bytes)} of {size(found.max_bytes)}"),
        ("policy", _POLICIES[found.policy]),
        ("hits", rate),
        ("put", f"{found.puts:,}, {found.evictions:,} evicted since"),
    ]
    context.console.table(("what", "value"), rows)


_POLICIES = {
    "lru": "lru: what was not used for longest leaves first",
    "lfu": "lfu: what is used least leaves first",
    "ttl": "ttl: what ends soonest leaves first",
    "cost": "cost: what is made again fastest, for its size, leaves first",
}


@app.command("list")
def list_(
    ctx: typer.Context,
    pattern: str = typer.Argument("", help="Only keys that fit, as in a shell: 'step/*'.", show_default=False),
    tag: str = TAG,
) -> None:
    """List entries by key."""
    context: Context = ctx.obj
    console, now = context.console, context.app.clock.now()
    found = context.perform("cache.list", pattern=pattern, tag=tag)
    if context.flags.json:
        console.answer({"items": [dataclasses.asdict(one) for one in found], "next": None})
        return
    people = console.terminal
    console.table(
        ("key", "scope", "kind", "size", "cost", "hits", "used", "ends"),
        [
            (
                one.key, one.scope, one.kind, size(one.size) if people else one.size,
                duration(one.cost_s) if people else one.cost_s, one.hits,
                ago(parse_iso(one.last_used_at), now) if people else one.last_used_at, _end(one, now, people),
            )
            for one in found
        ],
        colours={"key": "cyan"},
    )  # fmt: skip
    if not found:
        console.note("nothing of this kind is in the cache" if pattern or tag else "the cache is empty")


def _end(one: Any, now: Any, people: bool) -> str:
    if one.expires_at is None or not people:
        return one.expires_at or ""
    return f"in {duration((parse_iso(one.expires_at) - now).total_seconds())}"


@app.command("get")
def get(
    ctx: typer.Context,
    key: str = typer.Argument(help="The key, as list shows it."),
    scope: str = typer.Option("", "--scope", help="Look from this scope, outwards."),
) -> None:
    """Print the value of an entry: JSON, or bytes as they are.

    With --json bytes are in base64. This does not count as a use.
    """
    import base64
    import json

    context: Context = ctx.obj
    found = context.perform("cache.get", key=key, scope=scope)
    console, value = context.console, found.value
    if context.flags.json:
        plain = base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        console.answer({**dataclasses.asdict(found.entry), "value": plain})
    elif not isinstance(value, bytes):
        console.line(json.dumps(value, indent=2 if console.terminal else None))
    elif console.terminal:
        console.line(one_line(value[:4_096].decode("utf-8", "backslashreplace")))
    else:
        sys.stdout.buffer.write(value)


@app.command("delete")
def delete(
    ctx: typer.Context,
    patterns: list[str] = typer.Argument(None, help="Keys, or patterns as in a shell: 'step/*'.", show_default=False),
    regex: bool = typer.Option(False, "--regex", help="They are regular expressions, to be found anywhere in a key."),
    tag: str = TAG,
    dry_run: bool = DRY_RUN,
) -> None:
    """Delete entries, in every scope; asks first."""
    context: Context = ctx.obj
    said = {"patterns": patterns or [], "regex": regex, "tag": tag}
    plan = context.perform("cache.delete", **said, dry_run=True)
    if not plan:
        raise NotFound("nothing in the cache fits", code="cache.no_entry", hints=("phoenix cache list",))
    if dry_run:
        _say_deleted(context, plan, "would be deleted")
        return
    context.console.confirm(f"Delete {_count(len(plan))}?", refusal="nothing was deleted")
    _say_deleted(context, context.perform("cache.delete", **said), "deleted")


def _say_deleted(context: Context, found: list[Any], verb: str) -> None:
    if context.flags.json:
        deleted = verb == "deleted"
        items = [{"key": one.key, "scope": one.scope, "deleted": deleted} for one in found]
        context.console.answer({"items": items, "next": None})
        return
    if verb != "deleted":
        context.console.table(("key", "scope"), [(one.key, one.scope) for one in found], colours={"key": "cyan"})
    context.console.done(f"{_count(len(found))} {verb}", "done" if verb == "deleted" else "none")


def _count(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


@app.command("clear")
def clear(ctx: typer.Context, dry_run: bool = DRY_RUN) -> None:
    """Delete everything in the cache; asks first. What was in it is made again when it is needed."""
    context: Context = ctx.obj
    was = context.perform("cache.clear", dry_run=True)
    if not dry_run:
        if was.entries:
            context.console.confirm(
                f"Delete all {_count(was.entries)}, {size(was.bytes)}?", refusal="nothing was deleted"
            )
        was = context.perform("cache.clear")
    if context.flags.json:
        context.console.answer({"entries": was.entries, "bytes": was.bytes, "cleared": not dry_run})
    else:
        verb = "would be deleted" if dry_run else "deleted"
        context.console.done(f"{_count(was.entries)}, {size(was.bytes)} {verb}", "none" if dry_run else "done")


@app.command("limit")
def limit(
    ctx: typer.Context,
    most: str = typer.Argument("", help="100MB, 2GiB, a number of bytes.", metavar="[SIZE]", show_default=False),
    policy: str = typer.Option("", "--policy", help="Who leaves first when it is full: lru, lfu, ttl or cost."),
) -> None:
    """Set how large the cache may be; what is too much leaves at once."""
    context: Context = ctx.obj
    if not most and not policy:
        raise Usage("which limit?", code="cache.limit", hints=("phoenix cache limit 500MB", "phoenix cache stats"))
    found = context.perform("cache.limit", max_bytes=_bytes(most) if most else None, policy=policy)
    if not context.flags.json:
        context.console.done(
            f"the cache may hold {size(found.max_bytes)}, by {found.policy}; it holds {size(found.bytes)}"
        )
        return
    _say_stats(context, found)


def _bytes(text: str) -> int:
    """Read a size: k, M, G, T are powers of 1000, with an i of 1024."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise Usage(f"{text!r} is no size", code="cache.limit", hints=("write 100MB, 2GiB, or a number of bytes",))
    number, unit, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** " kmgt".index(unit.lower() or " "))


@app.command("export")
def export(
    ctx: typer.Context,
    file: str = typer.Argument(help="Where to; - for standard output.", metavar="FILE|-"),
    pattern: str = typer.Option("", "--match", help="Only keys that fit, as in a shell: 'step/*'."),
    tag: str = TAG,
) -> None:
    """Write entries to a file of JSON lines, for import."""
    context: Context = ctx.obj
    lines = context.perform("cache.export", pattern=pattern, tag=tag)
    with _writing(file) as target:
        count = sum(1 for line in lines if target.write(line)) - 1
    if file != "-" and context.flags.json:
        context.console.answer({"file": str(Path(file).absolute()), "entries": count})
    elif file != "-":
        context.console.done(f"{_count(count)} written to {file}")


@contextlib.contextmanager
def _writing(file: str) -> Iterator[BinaryIO]:
    """Open a target that is there as a whole or not at all."""
    if file == "-":
        yield sys.stdout.buffer
        return
    aside = Path(file).with_name(f".{Path(file).name}.{os.urandom(4).hex()}.tmp")
    try:
        with aside.open("xb") as target:
            yield target
        os.replace(aside, file)
    except OSError as error:
        raise Unavailable(
            f"{file} cannot be written", code="cache.export", cause=os.strerror(error.errno or 0)
        ) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


@app.command("import")
def import_(
    ctx: typer.Context, file: str = typer.Argument(help="What export wrote; - for standard input.", metavar="FILE|-")
) -> None:
    """Take entries from a file that export wrote, over what has the same keys.

    A line that is wrong is refused and named, the others are taken; exit 1 then.
    """
    context: Context = ctx.obj
    with _reading(file) as source:
        result = context.perform("cache.import", source=source)
    if context.flags.json:
        context.console.answer(dataclasses.asdict(result))
    else:
        over = f", {result.expired:,} whose time is over were not" if result.expired else ""
        context.console.done(f"{_count(result.taken)} taken{over}", "done" if result.taken else "none")
    if result.refusals:
        raise Failed(
            f"{result.refusals:,} {'line was' if result.refusals == 1 else 'lines were'} refused",
            code="cache.import",
            cause="; ".join(f"line {one.line}: {one.message}" for one in result.refused[:3]),
        )


@contextlib.contextmanager
def _reading(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        source = Path(file).open("rb")  # noqa: SIM115 - closed below; only the opening is explained
    except FileNotFoundError:
        raise NotFound(f"no file {file}", code="cache.no_file") from None
    except OSError as error:
        raise Usage(f"{file} cannot be read", code="cache.import", cause=os.strerror(error.errno or 0)) from None
    with source:
        yield source


@app.command("verify")
def verify(
    ctx: typer.Context,
    repair: bool = typer.Option(False, "--repair", help="Remove what is damaged and what nothing refers to."),
) -> None:
    """Read everything and compare hashes; exit 1 when something is damaged.

    Files that nothing refers to are what a crash leaves; they cost room until the next day's clean-up or --repair.
    """
    context: Context = ctx.obj
    found = context.perform("cache.verify", repair=repair)
    if context.flags.json:
        context.console.answer(dataclasses.asdict(found) | {"sound": found.sound})
    else:
        _say_verified(context, found)
    if not found.sound and not found.repaired:
        what = (
            f"{len(found.damaged):,} of {found.bodies:,} bodies are damaged" if found.damaged else "the sums are wrong"
        )
        raise Failed(what, code="cache.damaged", hints=("phoenix cache verify --repair",))


def _say_verified(context: Context, found: Any) -> None:
    left = f", {len(found.orphans):,} files that nothing refers to" if found.orphans else ""
    bad = f", {len(found.damaged):,} damaged" if found.damaged else ""
    done = "; removed" if found.repaired and (left or bad) else ""
    context.console.done(
        f"{_count(found.entries)}, {found.bodies:,} bodies{bad}{left}{done}", "done" if found.sound or done else "warn"
    )
