"""Surprising files, licences and complexity."""

import json
import os

import pytest

from phoenix_cli.ecosystem.checks.complexity import check_complexity, measure
from phoenix_cli.ecosystem.checks.licence_names import kind_of, licence_of_text
from phoenix_cli.ecosystem.checks.licences import check_licences
from phoenix_cli.ecosystem.checks.surprises import check_surprises
from tests.ecosystem.checks.looking import looked, rules, seen
from tests.gitting import git, repository

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy of this software and ..."


def test_programs_permissions_and_links(tmp_path):
    shop = repository(
        tmp_path / "shop", {"run.sh": "#!/bin/sh\n", "tool": b"\x7fELF\x02", "notes.md": "x", "open.py": "x = 1\n"}
    )
    (shop / "notes.md").chmod(0o755)
    (shop / "run.sh").chmod(0o755)
    (shop / "open.py").chmod(0o666)
    for name, target in (("out", "/etc/passwd"), ("up", "../../x"), ("in", "run.sh"), ("config", ".git/config")):
        (shop / name).symlink_to(target)
    git(shop, "add", "-A")
    assert rules(looked(shop, check_surprises).findings) == [
        ("medium", "link-out", "config"), ("medium", "world-writable", "open.py"), ("medium", "link-out", "out"),
        ("medium", "program", "tool"), ("medium", "link-out", "up"), ("low", "executable-data", "notes.md"),
    ]  # fmt: skip


def test_letters_that_do_not_show(tmp_path):
    files = {
        "login.py": "if user != '\u202e admin':\n    pass\n",
        "tests/data/rtl.py": "x = '\u2066'\n",
        "README.md": "\u202b",
        "pay\u200bment.py": "",
        "hebrew.py": "x = 'שלום'\n",
    }
    found = seen(tmp_path, files, check_surprises)
    assert rules(found) == [
        ("high", "direction-marks", "login.py"),
        ("medium", "hidden-letters", "pay\u200bment.py"),
        ("medium", "direction-marks", "tests/data/rtl.py"),
    ]


def test_names_of_bytes_and_submodules_are_no_failure(tmp_path):
    shop = repository(
        tmp_path / "shop",
        {".gitmodules": '[submodule "a"]\n\tpath = a\n\turl = http://x.io/a\n[submodule "b"]\n\turl = b\n'},
    )
    (shop / os.fsdecode(b"caf\xe9.py")).write_bytes(b"\xff\xfe")
    git(shop, "add", "-A")
    (found,) = looked(shop, check_surprises).findings
    assert found.rule == "unsafe-address" and found.line == 3
    broken = repository(tmp_path / "broken", {".gitmodules": "[\nx"})
    assert rules(looked(broken, check_surprises).findings) == [("low", "submodule", ".gitmodules")]


def test_a_repository_without_a_licence(tmp_path):
    assert rules(seen(tmp_path, {"a": ""}, check_licences)) == [("medium", "no-licence", "")]


def test_a_licence_by_its_text_and_one_that_says_something_else(tmp_path):
    assert seen(tmp_path / "a", {"LICENSE": MIT, "package.json": '{"license": "MIT"}'}, check_licences) == []
    differs = seen(tmp_path / "b", {"LICENSE": MIT, "package.json": '{"license": "GPL-3.0-only"}'}, check_licences)
    assert rules(differs) == [("medium", "licences-differ", "package.json")]
    assert rules(seen(tmp_path / "c", {"LICENSE": "Do what I say."}, check_licences)) == [
        ("low", "unknown-licence", "LICENSE")
    ]
    for place in ("MIT-LICENSE", "LICENSE.txt", "COPYING", "LICENSES/MIT.txt", "Licence.md"):
        assert seen(tmp_path / place.replace("/", "-"), {place: MIT}, check_licences) == []
    named = {"pyproject.toml": '[project]\nname = "shop"\nlicense = "MIT"\n'}
    assert rules(seen(tmp_path / "d", named, check_licences)) == [("low", "no-licence-text", "pyproject.toml")]


def test_licences_of_dependencies(tmp_path):
    lock = {
        "packages": {
            "": {"name": "shop"},
            "node_modules/a": {"version": "1", "license": "MIT"},
            "node_modules/b": {"version": "2", "license": "AGPL-3.0"},
            "node_modules/c": {"version": "3", "license": "SEE LICENSE IN x"},
            "node_modules/d": {"version": "4"},
            "node_modules/e": {"version": "5", "license": "(MIT OR GPL-3.0)"},
            "packages/own": {"version": "6"},
        }
    }
    shop = repository(tmp_path / "shop", {"LICENSE": MIT, "package-lock.json": json.dumps(lock)})
    result = looked(shop, check_licences)
    assert [(one.rule, one.message.split()[0]) for one in result.findings] == [
        ("copyleft-dependency", "b"), ("restricted-dependency", "c"),
    ]  # fmt: skip
    assert result.facts["by_licence"]["unknown"] == 1 and len(result.facts["dependencies"]) == 5
    assert "1 of 5 dependencies" in " ".join(result.notes)


def test_what_is_installed_tells_licences(tmp_path):
    files = {
        "LICENSE": MIT,
        "uv.lock": '[[package]]\nname = "flask"\nversion = "3"\n',
        ".gitignore": ".venv\nnode_modules\n",
    }
    shop = repository(tmp_path / "shop", files)
    place = shop / ".venv/lib/python3.11/site-packages"
    for name, text in (
        ("flask-3.dist-info", "Name: Flask\nVersion: 3\nLicense-Expression: BSD-3-Clause\n\nLicense: no\n"),
        (
            "other-1.dist-info",
            "Name: other\nVersion: 1\nClassifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)\n",
        ),
    ):
        (place / name).mkdir(parents=True)
        (place / name / "METADATA").write_text(text)
    (place / "link-1.dist-info").symlink_to("/etc")
    (shop / "node_modules/@x/y").mkdir(parents=True)
    (shop / "node_modules/@x/y/package.json").write_text('{"name": "@x/y", "version": "1", "license": {"type": "ISC"}}')
    result = looked(shop, check_licences)
    told = {one["name"]: one["licence"] for one in result.facts["dependencies"]}
    assert told == {"flask": "BSD-3-Clause", "other": "GNU General Public License v3 (GPLv3)", "@x/y": "ISC"}
    assert [one.rule for one in result.findings] == ["copyleft-dependency"]


@pytest.mark.parametrize(
    ("licence", "kind"),
    [
        ("MIT", "permissive"), ("Apache-2.0 WITH LLVM-exception", "permissive"), ("MIT OR GPL-2.0", "permissive"),
        ("MIT AND GPL-2.0", "strong copyleft"), ("LGPL-3.0-or-later", "weak copyleft"), ("MPL-2.0", "weak copyleft"),
        ("SSPL-1.0", "restricted"), ("UNLICENSED", "restricted"), ("Unlicense", "permissive"), ("FSL-1.1-MIT", "restricted"),
        ("BSL-1.0", "permissive"), ("BSL-1.1", "restricted"), ("", "unknown"), ("Weird", "unknown"), ("MIT/Apache-2.0", "permissive"),
        ("GNU Lesser General Public License v3 (LGPLv3)", "weak copyleft"),
    ],
)  # fmt: skip
def test_kinds_of_licences(licence, kind):
    assert kind_of(licence) == kind


def test_texts_of_licences():
    bsd = "Redistribution and use in source and binary\nforms, with or without modification ..."
    isc = "Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted"
    assert licence_of_text(bsd) == "BSD-2-Clause"
    assert licence_of_text(bsd + " Neither the name of X may be used to endorse") == "BSD-3-Clause"
    assert licence_of_text(isc + ", provided that ...") == "ISC" and licence_of_text(isc + ".\nTHE SOFTWARE") == "0BSD"
    assert licence_of_text("GNU LESSER GENERAL PUBLIC LICENSE\n   Version 2.1") == "LGPL-2.1"
    assert licence_of_text("hello") == ""


SOURCE = b"""
class A:
    def plain(self):
        return 1

    def branches(self, x):
        if x and x > 1 or x < -5:
            for y in [z for z in range(x) if z if z > 2]:
                while y:
                    y -= 1
        elif x:
            assert x
        try:
            pass
        except ValueError:
            pass
        def inner():
            if x:
                return 1
        return 1 if x else 2

async def matches(x):
    match x:
        case 1: pass
        case [a, b] if a: pass
        case _: pass
"""


def test_complexity_is_mccabes():
    assert {one.name: one.complexity for one in measure(SOURCE)} == {
        # if, and, or, for, comprehension with two ifs (3), while, elif, assert, except, conditional
        "A.plain": 1, "A.branches": 13, "A.branches.inner": 2, "matches": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["-" * 100_000 + "1", "a+" * 50_000 + "a", "[" * 90 + "]" * 90, "x" + ".y" * 100_000, "if x:\n" * 99]
)
def test_complexity_of_deep_code(tmp_path, text):
    looked(repository(tmp_path / "shop", {"a.py": text}), check_complexity)


def test_complexity_of_a_repository(tmp_path):
    many = "def f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(40))
    files = {
        "a.py": many,
        "b.py": "def g(:\n",
        "tests/test_a.py": many,
        "c.py": b"\0",
        "d.py": "(" * 5_000,
        "e.py": "x = '\\d'\n",
    }
    result = looked(repository(tmp_path / "shop", files), check_complexity)
    assert [(one.file, one.line, one.severity) for one in result.findings] == [("a.py", 1, "medium")]
    assert result.facts["most"] == 41 and "3 files" in result.notes[0]
