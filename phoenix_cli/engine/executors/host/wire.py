"""What a driver and a host say to each other: lines of JSON, each a list whose first word says what it is.

To the host                                             From the host
``hello FENCE PID STARTED``  begins every connection    ``welcome FENCE PID RUNNING ENDED``  tags of both
``env ENV``  what ``run`` tells the changes of          ``started TAG PID``
``run TAG PARTS DIR CHANGES LOG OUTPUTS LIMIT TELLS``   ``output TAG``
``cancel TAG GRACE``                                    ``ended NUMBER TAG ERROR CODE MESSAGE OUTPUTS``
``seen NUMBER``  ends up to it need not be told again   ``replaced FENCE``, ``refused FENCE``
``ping``                                                ``pong``
``leave``  the driver goes, jobs run on
``close GRACE``  end everything of the run, then exit

Standard library only: the host imports this.
"""

from __future__ import annotations

import json
from typing import Any

LINE_BYTES = 64 << 20  # no command is as long: whoever sends more is no driver
_encode = json.JSONEncoder(separators=(",", ":")).encode  # made once: ``json.dumps`` makes one for each call
_decode = json.JSONDecoder().decode


def line(*items: Any) -> bytes:
    """Return a message as it is sent."""
    return _encode(items).encode("ascii") + b"\n"


class Lines:
    """Puts messages together from what arrives in pieces. A piece that never became a whole line is no message."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[list[Any]]:
        """Return the messages that are whole now. Raises ``ValueError`` for what is none."""
        *whole, rest = (self._rest + data).split(b"\n")
        if len(rest) > LINE_BYTES:
            raise ValueError("a line without an end")
        self._rest = rest
        return [_message(one) for one in whole]


def _message(text: bytes) -> list[Any]:
    found = _decode(text.decode("ascii"))
    if not isinstance(found, list) or not found or not isinstance(found[0], str):
        raise ValueError("not a message")
    return found
