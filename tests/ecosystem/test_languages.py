from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.languages import folder_shares, language_shares, share_of
from tests.ecosystem.memory_tree import MemoryTree


def test_shares_count_files_outside_of_tests_and_vendored_code() -> None:
    files = {
        "a.py": "",
        "b.py": "",
        "src/c.ts": "",
        "tests/x.ts": "",
        "tests/y.ts": "",
        "vendor/z.go": "",
        "README.md": "",
    }
    assert language_shares(Files(MemoryTree(files))) == {"python": 1.0, "javascript": 0.5}


def test_nothing_written_has_no_shares() -> None:
    assert language_shares(Files(MemoryTree({"README.md": ""}))) == {}


@pytest.mark.parametrize(("language", "share"), [("typescript", 0.5), ("kotlin", 0.0), ("make", None), ("python", 1.0)])
def test_a_languages_family_has_the_share(language: str, share: float | None) -> None:
    assert share_of(language, {"python": 1.0, "javascript": 0.5}) == share


def test_a_folder_counts_what_lies_below_it() -> None:
    files = {"a.py": "", "src/b.py": "", "src/web/c.ts": "", "src/web/d.ts": "", "tests/e.py": ""}
    shares = folder_shares(Files(MemoryTree(files)))
    assert (shares["src"], shares["src/web"], shares[""]) == (0.75, 0.5, 1.0)
