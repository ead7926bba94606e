"""The known name that was meant by a wrong one, also among ten thousand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from phoenix_cli.engine.problems import nearest

MOST_COMPARED = 300


class Names:
    """Known names. Among many, those are found that differ by one deletion on either side: a typo, a swap, a letter."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = sorted(known)
        self._index: dict[str, str] = {}

    def hint(self, wrong: str) -> str:
        """Return ``did you mean x?``, or "" when nothing is near."""
        if len(self.known) <= MOST_COMPARED:
            found = nearest(wrong, self.known)
            return found if found.startswith("did you") else ""
        if not self._index:
            self._index = {short: name for name in self.known for short in _shorter(name)}
        near = next((self._index[short] for short in _shorter(wrong) if short in self._index), "")
        return f"did you mean {near}?" if near else ""


def _shorter(name: str) -> Iterator[str]:
    yield name
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]
