"""What people write: ``gpu``, ``gpu=2``, ``gpu:shared``; and the variable by which commands know what they are inside of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from phoenix_cli.engine.fields import NAME
from phoenix_cli.engine.leases.records import Lease
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel.errors import Usage

#: A JSON list of holders, outermost first: set for the command of ``lock hold`` and, by a run, for the commands of a step.
HOLDERS_VARIABLE = "PHOENIX_HOLDERS"


def read_claims(
    words: Sequence[str], capacity: int | None, held: Sequence[Lease]
) -> tuple[tuple[Claim, ...], dict[str, int]]:
    """Return claims, and how much there is of each: as told, else as its holders have named it, else what is asked for.

    Without an amount all of it is meant. Raises ``Usage`` for what cannot be read, twice the same, or more than there is.
    """
    claims: dict[str, Claim] = {}
    capacities: dict[str, int] = {}
    for word in words:
        name, amount, shared = _parts(word)
        if name in claims:
            raise Usage(f"{name} is asked for twice", code="lock.twice")
        known = [one.capacity for one in held if one.claim.resource == name]
        capacities[name] = capacity or max(amount, min(known, default=1))
        claims[name] = Claim(name, 1 if shared else amount or capacities[name], shared)
    return tuple(sorted(claims.values())), capacities


def _parts(word: str) -> tuple[str, int, bool]:
    found = re.fullmatch(rf"({NAME.pattern})(?:=([1-9][0-9]{{0,8}}))?(:shared)?", word)
    if not found:
        raise Usage(
            f"{word!r} is no lock: write NAME, NAME=AMOUNT or NAME:shared", code="lock.word",
            hints=("names have letters, digits, _ and -", "a command stands after --: phoenix lock hold gpu -- make"),
        )  # fmt: skip
    return found[1], int(found[2] or 0), bool(found[3])


def holders_around(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the holders that wait for this process to end; empty for what is no list of names."""
    try:
        found = json.loads(environ.get(HOLDERS_VARIABLE, "[]"))
    except ValueError:
        return ()
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def holders_value(holders: Sequence[str]) -> str:
    """Return the variable's value for a command that these wait for."""
    return json.dumps(list(holders))
