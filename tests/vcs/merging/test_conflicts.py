"""Verdicts on branches, one kind of conflict after the other; nothing is written to the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_cli.kernel.errors import NotFound
from phoenix_cli.vcs.merging.lines import Range
from phoenix_cli.vcs.merging.ordering import LeftOut
from phoenix_cli.vcs.merging.quarantine import quarantine
from tests import gitting
from tests.vcs.merging.bytes_of import bytes_of
from tests.vcs.merging.conftest import Lab

TWENTY = [f"line {number}" for number in range(1, 21)]


def text(**changed: str) -> str:
    return "".join(f"{changed.get(f'l{n}', line)}\n" for n, line in enumerate(TWENTY, 1))


def test_two_branches_on_the_same_line(lab: Lab) -> None:
    lab.branch("one", {"a.txt": text(l3="mine", l15="far")})
    lab.branch("two", {"a.txt": "top\n" + text(l3="yours")})
    lab.branch("three", {"b.txt": "new\n"})
    before = bytes_of(lab.folder)
    found = lab.analyse("one", "two", "three")
    assert bytes_of(lab.folder) == before
    assert [one.status for one in found.branches] == ["clean"] * 3
    pair, *others = found.pairs
    assert (pair.a, pair.b, pair.status, pair.kind) == ("one", "two", "conflict", "text")
    (file,) = pair.files
    assert (file.path, file.kind) == ("a.txt", "content")
    assert (file.lines_a, file.lines_b) == ((Range(3, 3),), (Range(4, 4),))
    assert {one.status for one in others} == {"clean"}
    assert found.order == ("three", "one")
    assert found.left_out == (LeftOut("two", ("one",)),)
    assert not found.clean


def test_a_stale_branch_conflicts_with_trunk_and_with_nobody_else(lab: Lab) -> None:
    lab.branch("stale", {"a.txt": text(l3="stale")})
    lab.branch("fresh", {"b.txt": "x\n"})
    gitting.commit(lab.folder, {"a.txt": text(l3="trunk")})
    found = lab.analyse("stale", "fresh")
    assert [(one.branch, one.status) for one in found.branches] == [("stale", "conflict"), ("fresh", "clean")]
    assert found.branches[0].files[0].lines_b == (Range(3, 3),)
    assert found.pairs == ()
    assert found.left_out == (LeftOut("stale", ("main",)),)


def kinds(lab: Lab, one: str = "one", two: str = "two") -> dict[str, str]:
    (pair,) = lab.analyse(one, two).pairs
    return {file.path: file.kind for file in pair.files}


def test_kinds_of_conflict(lab: Lab) -> None:
    folder = lab.folder
    gitting.commit(folder, {"bin": b"\0one" * 50, "gone.txt": "1\n2\n3\n", "old.txt": text(), "way.txt": text(l1="w")})
    lab.branch(
        "one", {"bin": b"\0two" * 50, "new.txt": "a\n", "gone.txt": "1\n2\n4\n", "d": "file\n"}, remove=["old.txt"]
    )
    lab.branch(
        "two", {"bin": b"\0thr" * 50, "new.txt": "b\n", "d/in": "x\n", "old.txt": text(l1="o")}, remove=["gone.txt"]
    )
    found = kinds(lab)
    assert found["bin"] == "binary"
    assert found["new.txt"] == "add/add"
    assert found["gone.txt"] == found["old.txt"] == "modify/delete"
    assert any(path.startswith("d~") and kind == "file/directory" for path, kind in found.items())


def test_renames(lab: Lab) -> None:
    lab.branch("one", {"b.txt": text()}, remove=["a.txt"])
    lab.branch("two", {"c.txt": text()}, remove=["a.txt"])
    lab.branch("edit", {"a.txt": text(l4="edited")})
    lab.branch("clash", {"b.txt": text(l4="moved too")}, remove=["a.txt"])
    assert set(kinds(lab).values()) == {"rename/rename"}
    assert kinds(lab, "one", "edit") == {}
    assert kinds(lab, "clash", "edit") == {"b.txt": "content"}


def test_modes_links_and_submodules(lab: Lab) -> None:
    folder = lab.folder
    for name, extra in (("one", "link-1"), ("two", "link-2")):
        gitting.git(folder, "checkout", "-q", "-b", name, "main")
        (folder / "link").symlink_to(extra)
        gitting.git(folder, "add", "link")
        gitting.git(
            folder, "update-index", "--add", "--cacheinfo", f"160000,{('1' if name == 'one' else '2') * 40},sub"
        )
        gitting.git(folder, "commit", "-q", "-m", name)
        gitting.git(folder, "checkout", "-q", "-f", "main")
    found = kinds(lab)
    assert found["sub"] == "submodule"
    assert found["link"] in ("add/add", "content")


def test_union_and_binary_attributes_count(lab: Lab) -> None:
    gitting.commit(lab.folder, {".gitattributes": "a.txt merge=union\nsrc/*.py binary\n"})
    lab.branch("one", {"a.txt": text(l3="1"), "src/lib.py": "def add(a, b):\n    return a + b\n\n# end\n"})
    lab.branch("two", {"a.txt": text(l3="2"), "src/lib.py": "# top\ndef add(a, b):\n    return a + b\n"})
    assert kinds(lab) == {"src/lib.py": "binary"}


def test_line_ends_alone_conflict_as_in_git(lab: Lab) -> None:
    lab.branch("one", {"a.txt": text().replace("\n", "\r\n")})
    lab.branch("two", {"a.txt": text(l3="x")})
    assert kinds(lab) == {"a.txt": "content"}


def test_names_that_differ_in_case_only(lab: Lab) -> None:
    lab.branch("one", {"A.TXT": text()}, remove=["a.txt"])
    lab.branch("two", {"a.txt": text(l9="x")})
    (pair,) = lab.analyse("one", "two").pairs
    assert pair.status == "clean"


def test_unrelated_histories_and_merged_branches(lab: Lab) -> None:
    gitting.git(lab.folder, "checkout", "-q", "--orphan", "alien")
    gitting.commit(lab.folder, {"alien": "x"})
    gitting.git(lab.folder, "checkout", "-q", "main")
    gitting.git(lab.folder, "branch", "merged")
    gitting.commit(lab.folder, {"c": "x"})
    alien, merged = lab.analyse("alien", "merged").branches
    assert (alien.status, alien.why) == ("conflict", "no common history with trunk")
    assert (merged.status, merged.why) == ("clean", "trunk has it already")


def test_a_name_that_is_no_branch(lab: Lab) -> None:
    lab.branch("feature/login", {})
    with pytest.raises(NotFound) as caught:
        lab.analyse("feature/logni")
    assert "did you mean feature/login?" in caught.value.hints


def test_a_tag_of_the_same_name_does_not_hide_a_branch(lab: Lab) -> None:
    gitting.git(lab.folder, "tag", "one")
    commit = lab.branch("one", {"b": "x"})
    assert lab.analyse("one").branches[0].commit == commit


def test_detached_and_by_commit(lab: Lab) -> None:
    commit = lab.branch("one", {"b": "x"})
    gitting.git(lab.folder, "checkout", "-q", "--detach", "one")
    assert [one.commit for one in lab.analyse("HEAD", commit[:12]).branches] == [commit, commit]


def test_a_missing_object_is_unknown_and_harms_no_other(lab: Lab) -> None:
    lab.branch("one", {"a.txt": text(l3="mine")})
    lab.branch("two", {"b": "b"})
    gitting.commit(lab.folder, {"a.txt": text(l3="trunk")})
    blob = gitting.git(lab.folder, "rev-parse", "one:a.txt")
    (lab.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    one, two = lab.analyse("one", "two").branches
    assert (one.status, two.status) == ("unknown", "clean")
    assert blob in one.why


def test_a_shallow_clone_says_what_it_cannot_know(lab: Lab, tmp_path: Path) -> None:
    lab.branch("one", {"b": "x"})
    gitting.commit(lab.folder, {"c": "x"})
    gitting.git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", lab.folder.as_uri(), "shallow")
    here = Lab(lab.git, tmp_path / "shallow", lab.aside)
    (one,) = here.analyse("origin/one").branches
    assert one.status == "conflict"
    assert "git fetch --unshallow" in one.why


def test_a_bare_repository_and_objects_borrowed_from_elsewhere(lab: Lab, tmp_path: Path) -> None:
    lab.branch("one", {"a.txt": text(l3="x")})
    gitting.git(tmp_path, "clone", "-q", "--bare", "--shared", str(lab.folder), 'odd "name"')
    here = Lab(lab.git, tmp_path / 'odd "name"', lab.aside)
    assert here.analyse("one").branches[0].status == "clean"


def test_a_branch_upon_a_branch(lab: Lab) -> None:
    lab.branch("base", {"a.txt": text(l3="x")})
    lab.branch("top", {"a.txt": text(l3="y")}, start="base")
    gitting.commit(lab.folder, {"c": "x"})
    found = lab.analyse("base", "top")
    assert found.pairs[0].status == "clean"
    assert set(found.order) == {"base", "top"}


def test_nothing_is_left_aside(lab: Lab) -> None:
    with quarantine(lab.git, lab.place, lab.aside) as here:
        assert here.folder.exists()
    assert list(lab.aside.iterdir()) == []
