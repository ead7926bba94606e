"""Where in a repository something stands, judged by its path: examples, tests, docs and the like rank low."""

from __future__ import annotations

import re
from functools import lru_cache

from phoenix_cli.ecosystem.facts import Place

_WORDS: tuple[tuple[Place, str], ...] = (
    ("vendored", r"vendor(ed)?|third[-_]?party|external|extern|deps|node_modules|bower_components|contrib|subprojects"),
    ("test", r"__?tests?__?|tests?|testdata|test[-_]data|fixtures?|__fixtures__|testing|e2e|spec|specs|mocks?|"
             r"playwright|cypress|integration[-_]tests?|e2e[-_].*|.*[-_]e2e|test[-_].*|.*[-_]tests?|smoke[-_]tests?|acceptance|.*_suite_data|"
             r"test(assets|bed|suites?|utils?|apps?|kit|resources|lib|helpers?|support)"),
    ("benchmark", r"bench|benches|benchmarks?|perf"),
    ("example", r"examples?|samples?|demos?|playgrounds?|sandbox(es)?|tutorials?|starters?|"
                r".*[-_](examples?|samples?|tutorials?|demos?)|examples?[-_].*|examplesite|(samples?|demos?)[-_](apps?|projects?)"),
    ("template", r"(.*[-_])?templates?|_?skeletons?|boilerplates?|scaffolds?|cookiecutter.*|archetypes?"),
    ("docs", r"docs?|documentation|website|site|.*[-_]docs"),
)  # fmt: skip
_LOW_PLACES = tuple((place, re.compile(f"(?:{words})")) for place, words in _WORDS)
LOW_PLACES = frozenset(place for place, _ in _LOW_PLACES)


@lru_cache(maxsize=4_096)  # asked several times for each of thousands of fixtures
def place_of(dir: str) -> Place:
    """Judge by its path where a component stands: ``examples/web`` is an example, ``docs`` is documentation."""
    # Below src/main/ the folders are packages: org/springframework/samples/petclinic is no sample.
    parts = f"/{dir.lower()}".partition("/src/main/")[0].strip("/").split("/") if dir else []
    for part in parts:
        for place, pattern in _LOW_PLACES:
            if pattern.fullmatch(part):
                return place
    return "nested" if parts else "root"
