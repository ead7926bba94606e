"""Choose, for each main role, the one command of the repository that its maintainers would name.

Within a component its module knows best: the surest command of a role stands for it, and what CI runs decides between equals.
Between components at one place the runner that wraps a tool goes before the tool, what CI runs before what it does not, and the
repository's main language before its others. Folders below the root answer only where the root has no answer to give. A wrong
answer is worse than none, so a guess that nothing confirms is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from phoenix_cli.ecosystem.code_shape import Code
from phoenix_cli.ecosystem.facts import PRIMARY_ROLES, Command, Component, Role
from phoenix_cli.ecosystem.main_folder import look_below
from phoenix_cli.ecosystem.places import LOW_PLACES
from phoenix_cli.ecosystem.scoring import Candidate, Scoring
from phoenix_cli.ecosystem.usage_evidence import Evidences

FLOOR = 0.55  # the least score of an answer
_FLOORS: dict[Role, float] = {"dev": 0.75}
#: Servers that reload what has changed and that their users also simply start.
_SERVES = re.compile(
    r"\brunserver\b|\brails s(?:erver)?\b|\bphx\.server\b|\b(?:jekyll|mdbook|mkdocs|hugo) s(?:erver?)?\b|\bsphinx-autobuild\b"
    r"|\bhtmllive\b|\bspring-boot:run\b|\bbootRun\b|\bartisan serve\b|\bsymfony (?:server:start|serve)\b|\bquarkus:dev\b"
    r"|\bbin/dev\b"
)


def choose_primary(
    components: Sequence[Component], evidences: Evidences, code: Code | None = None
) -> dict[str, str | None]:
    """Return role -> command name, None where the repository has no such command."""
    own = [component for component in components if component.place not in LOW_PLACES]
    scoring = Scoring(own, evidences, code or Code())
    chosen: dict[str, str | None] = {role: _choose(scoring, role) for role in PRIMARY_ROLES}
    return _shared(chosen, {command.name: command for component in own for command in component.commands})


def _choose(scoring: Scoring, role: Role) -> str | None:
    found = list(scoring.candidates(role))
    floor = _FLOORS.get(role, FLOOR)
    best = _best([one for one in found if not one.component.dir], floor)
    if best is None:
        best = _best(look_below(scoring, role, [one for one in found if one.component.dir]), floor)
    return best.command.name if best is not None else None


def _best(found: Sequence[Candidate], floor: float) -> Candidate | None:
    best = max(found, key=lambda one: one.score, default=None)
    return best if best is not None and best.score >= floor else None


def _shared(chosen: dict[str, str | None], commands: Mapping[str, Command]) -> dict[str, str | None]:
    """Let a development server that is all there is to start answer for both roles."""
    answer = dict(chosen)
    for role, other in (("dev", "start"), ("start", "dev")):
        name = answer[other]
        if answer[role] is None and name is not None and _both(commands[name]):
            answer[role] = name
    return answer


def _both(command: Command) -> bool:
    return _SERVES.search(f"{' '.join(command.argv)}\n{command.text}") is not None
