"""Where to look when the root has no answer: the main folder, the program that bears the repository's name, the frontend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from phoenix_cli.ecosystem.code_shape import is_code, share_beside, side_by_side
from phoenix_cli.ecosystem.facts import Component, Role
from phoenix_cli.ecosystem.scoring import Candidate, Scoring

#: So many projects with code, or of any kind, may lie side by side; more are a collection that has no main one.
FEW, MANY = 3, 8
PART = 0.3  # of the code must lie in the main folder of a repository whose root has none
SURE = 0.9
_FRONTEND = re.compile(
    r"(?:.*[-_.])?(?:frontend|front|client|webapp|webui|web|ui|dashboard|app|gui|console)(?:[-_.].*)?"
)


def look_below(scoring: Scoring, role: Role, found: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates below the root that may answer for the whole repository."""
    if not any(not one.dir and is_code(one) for one in scoring.components):
        return _of_main_folder(scoring, found)
    if role == "start" and (named := [one for one in found if _bears_the_name(scoring, one.component)]):
        return named
    if role in ("install", "lint"):
        return []
    alone = _of_one_folder([one for one in found if one.command.confidence >= SURE])
    return [one for one in alone if scoring.evidences.strength(one.command) > 0 or _is_frontend(role, one.component)]


def _of_main_folder(scoring: Scoring, found: Sequence[Candidate]) -> list[Candidate]:
    main = main_folder(scoring)
    known = [one for one in found if not _is_guessed(scoring, one)]
    if main is None:
        return []
    return [one for one in known if one.component.dir == main] or _of_one_folder(
        [one for one in known if one.command.confidence >= SURE]
    )


def _is_guessed(scoring: Scoring, candidate: Candidate) -> bool:
    """Tell whether a lint is only what the tool offers by convention: one folder's is not the repository's."""
    command = candidate.command
    return command.role == "lint" and command.origin == "default" and scoring.evidences.strength(command) == 0


def main_folder(scoring: Scoring) -> str | None:
    """Return the folder that bears the repository's name, else the weightiest of a few; a collection has none."""
    code = [one for one in scoring.components if one.dir and is_code(one)]
    many = side_by_side(code) > FEW or side_by_side(scoring.components) > MANY
    titles = _titles(scoring)
    named = [one for one in code if one.dir.rpartition("/")[2].lower() in titles]
    named = named or [one for one in code if one.name.lower() in titles and not many]
    if not code or (many and not named):
        return None
    main = max(named or code, key=lambda one: _weight(one, scoring)).dir
    return main if named or not scoring.code.folders or scoring.code.folders.get(main, 0.0) >= PART else None


def _weight(component: Component, scoring: Scoring) -> float:
    share = share_beside(component, [replace(one, dir=component.dir) for one in scoring.components], scoring.code)
    return component.confidence + share + 0.3 * scoring.use_of(component) - 0.5 * component.dir.count("/")


def _titles(scoring: Scoring) -> set[str]:
    return {scoring.code.title.lower(), *(one.name.lower() for one in scoring.components if not one.dir)} - {""}


def _bears_the_name(scoring: Scoring, component: Component) -> bool:
    """Tell whether a member is the program itself; cargo runs it from the root, which its module offers."""
    return component.name.lower() in _titles(scoring) and component.system != "cargo"


def _of_one_folder(found: list[Candidate]) -> list[Candidate]:
    own = [one for one in found if is_code(one.component)]
    return own if len({one.command.dir for one in own}) == 1 else []


def _is_frontend(role: Role, component: Component) -> bool:
    return role in ("build", "dev") and _FRONTEND.fullmatch(component.dir.rpartition("/")[2].lower()) is not None
