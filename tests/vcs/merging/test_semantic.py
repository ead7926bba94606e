"""Pairs that git merges cleanly: the broken ones are found, the others raise no alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from phoenix_cli.vcs.merging.conflicts import Examination
from phoenix_cli.vcs.merging.quarantine import Quarantine, quarantine
from phoenix_cli.vcs.merging.semantic import check_pairs, check_trunk
from phoenix_cli.vcs.merging.tips import find_tips
from phoenix_cli.vcs.merging.verdicts import FileClash, PairVerdict
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.semantics.clashes import LANGUAGES
from tests import gitting
from tests.vcs.merging.semantic_cases import BROKEN, CLEAN, Case, Files

CASES: dict[str, Case] = {**{name: case for name, (_, _, case) in BROKEN.items()}, **CLEAN}


def stream() -> Iterator[str]:
    """Write every case as three branches, numbered, for ``git fast-import``."""
    for number, (base, a, b) in enumerate(CASES.values()):
        for name, files in (("base", base), ("a", a), ("b", b)):
            yield f"commit refs/heads/{number}-{name}\ncommitter Ann <ann@example.org> 0 +0000\ndata 1\nx\n"
            if name != "base":
                yield f"from refs/heads/{number}-base\n"
            yield from parts(files)


def parts(files: Files | Mapping[str, str]) -> Iterator[str]:
    for path, text in files.items():
        yield f"D {path}\n" if text is None else f"M 644 inline {path}\ndata {len(text.encode())}\n{text}\n"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Quarantine]]:
    folder = tmp_path_factory.mktemp("corpus")
    gitting.git(folder, "init", "-q")
    gitting.git(folder, "fast-import", "--quiet", stdin="".join(stream()).encode())
    place = Place.of(folder)
    with quarantine(Git(gitting.ENVIRON), place, folder / "aside") as here:
        yield place, here


def pair(corpus: tuple[Place, Quarantine], name: str) -> PairVerdict:
    place, here = corpus
    number = list(CASES).index(name)
    trunk, *tips = find_tips(here.git, place, [f"{number}-{one}" for one in ("base", "a", "b")])
    examination = Examination(here, trunk, tips)
    assert examination.pairs[0].status == "clean", "not a semantic case"
    return check_pairs(examination)[0]


@pytest.mark.parametrize("name", BROKEN)
def test_broken_pairs_are_found(corpus: tuple[Place, Quarantine], name: str) -> None:
    kind, what, _ = BROKEN[name]
    found = pair(corpus, name)
    assert (found.status, found.kind) == ("conflict", "semantic")
    assert {one.kind for one in found.files} == {kind}
    assert all(what in one.note for one in found.files)
    assert all(one.lines_a and one.lines_b for one in found.files)


@pytest.mark.parametrize("name", CLEAN)
def test_clean_pairs_raise_no_alarm(corpus: tuple[Place, Quarantine], name: str) -> None:
    assert pair(corpus, name).files == ()


def test_there_are_enough_cases() -> None:
    assert len(BROKEN) >= 11
    assert len(CLEAN) >= 20
    assert {name.partition(":")[0] for name in BROKEN} == {language.name.lower() for language in LANGUAGES}


def test_trunk_itself_may_be_the_other_side(corpus: tuple[Place, Quarantine]) -> None:
    place, here = corpus
    trunk, tip = find_tips(here.git, place, ["0-a", "0-b"])
    (found,) = check_trunk(Examination(here, trunk, [tip]))
    assert (found.status, found.kind, found.files[0].path) == ("conflict", "semantic", "pkg/report.py")


def test_a_deeper_look_can_be_put_in(corpus: tuple[Place, Quarantine]) -> None:
    class Look:
        def look(self, base: str, a: str, b: str, merged: str) -> list[FileClash]:
            assert len({base, a, b, merged}) == 4
            return [FileClash("x", "found deeper")]

    place, here = corpus
    number = len(CASES) - 1
    trunk, *tips = find_tips(here.git, place, [f"{number}-{one}" for one in ("base", "a", "b")])
    (found,) = check_pairs(Examination(here, trunk, tips), deeper=Look())
    assert found.files[0].kind == "found deeper"


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)
def test_any_text_is_read_without_a_crash(language: object) -> None:
    texts = [
        "",
        "(((((",
        ")]}",
        "fn",
        "func (",
        "import {",
        "use a::{b",
        "`${",
        "'",
        '"',
        "type (",
        "\0",
        "export",
        "impl<",
        "def f(",
        "x = '" * 99,
    ]
    sources = [path.read_text() for path in sorted(Path(__file__).parent.glob("*.py"))]
    for text in [*texts, *sources, *(source[: len(source) // 3] for source in sources)]:
        language.read(text)  # type: ignore[attr-defined]
