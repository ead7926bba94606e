"""One of many processes that want the same things. ``python contender.py DATABASE LEDGER NAME SEED``.

It writes when it has got something and when it is about to give it back, in seconds of the clock that all processes share.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Owner
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel.clock import SystemClock
from phoenix_cli.kernel.processes import identify
from phoenix_cli.kernel.state import State

CAPACITY = {"gpu": 3, "disk": 1, "data": 2}
WISHES = {
    "one": (Claim("gpu", 1, False),),
    "two": (Claim("gpu", 2, False), Claim("data", 1, True)),
    "disk": (Claim("disk", 1, False),),
    "read": (Claim("data", 1, True),),
    "write": (Claim("data", 2, False),),
    "pair": (Claim("disk", 1, False), Claim("gpu", 1, False)),
    "all": (Claim("data", 2, False), Claim("disk", 1, False), Claim("gpu", 3, False)),
}


def main(database, ledger, name, seed):
    leases = Leases(State(Path(database)), SystemClock())
    chance = random.Random(int(seed))
    book = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    owner = Owner(name, (identify(os.getpid()),))
    number = 0
    while True:
        number += 1
        kind = chance.choice(list(WISHES))
        holder = f"{name}/{kind}/{number}"
        asked = time.monotonic()
        patiently(leases, holder, WISHES[kind], owner, chance)
        began = time.monotonic()
        note(book, holder=holder, kind=kind, waited=began - asked, began=began)
        time.sleep(chance.choice((0.001, 0.001, 0.001, 0.01)))
        note(book, holder=holder, ended=time.monotonic())
        leases.release(holder)


def patiently(leases, holder, claims, owner, chance):
    if leases.acquire(holder, claims, CAPACITY, owner) is None:
        return
    leases.wait(holder, claims, CAPACITY, owner)
    while leases.acquire(holder, claims, CAPACITY, owner) is not None:
        time.sleep(0.004 + chance.random() * 0.02)


def note(book, **line):
    os.write(book, json.dumps(line).encode() + b"\n")  # one write of a short line to a file that is appended to: whole


if __name__ == "__main__":
    main(*sys.argv[1:])
