"""Files are read right or refused with their place, quickly, whatever is in them."""

import json
import re
import time

import pytest
import yaml

from phoenix_cli.workstreams.files.json_schema import SCHEMAS, rendered, shipped
from phoenix_cli.workstreams.files.reading import read_programme, read_workstream
from phoenix_cli.workstreams.model import Estimate
from tests.workstreams.conftest import EXAMPLE
from tests.workstreams.small_schema import mistakes

HEAD = "schema: phoenix/workstream@1\nid: a\ntitle: A\n"


def read(text, file="a.yaml"):
    return read_workstream(text if isinstance(text, bytes) else text.encode(), file)


def found(text, file="a.yaml"):
    return [(one.code, one.line, one.column) for one in read(text, file).findings]


def test_the_example_is_read_without_a_finding(loaded):
    assert loaded.findings == ()
    assert list(loaded.workstreams) == [
        "kernel-events-enhancement", "performance-observability", "security-extension", "storage-advancement",
        "testing-infrastructure",
    ]  # fmt: skip
    kernel = loaded.workstreams["kernel-events-enhancement"]
    assert [ref.text for ref in kernel.dependencies.enables] == ["cap:agent-lifecycle-testing", "cap:error-handling"]
    assert kernel.objectives[0].estimate == Estimate(1, 2, 4)
    assert kernel.place_of("branch") == (7, 1)
    testing = loaded.workstreams["testing-infrastructure"]
    assert testing.deliverables[1].count == "#[test]" and testing.deliverables[1].min == 17
    assert testing.gates[2].must == "< 600"
    assert loaded.programme.calendar.standup.at == "09:00"
    assert loaded.programme.externals["build-system-stabilization"].done == "2025-07-04"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_shipped_schema_is_the_one_of_the_reader(name):
    assert shipped(name) == rendered(name)


@pytest.mark.parametrize("path", sorted(EXAMPLE.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_schema_takes_the_example_and_not_what_is_off(path):
    name = "programme.schema.json" if path.stem == "programme" else "workstream.schema.json"
    schema, value = json.loads(shipped(name)), yaml.load(path.read_text(), Loader=_Text)
    assert list(mistakes(schema, value)) == []
    assert list(mistakes(schema, {**value, "colour": "red"})) == ["$: colour is not known"]
    assert list(mistakes(schema, {**value, "id": "Big"})) == ["$.id: 'Big' does not fit"]


class _Text(yaml.BaseLoader):
    """What editors see, who read YAML 1.2: dates and ``on`` are text."""

    bool_values = yaml.SafeLoader.bool_values


_Text.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))
_Text.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"\d+$"), list("0123456789"))
_Text.add_constructor("tag:yaml.org,2002:bool", yaml.SafeLoader.construct_yaml_bool)
_Text.add_constructor("tag:yaml.org,2002:int", yaml.SafeLoader.construct_yaml_int)


@pytest.mark.parametrize(
    ("text", "title"),
    [("no", "no"), ("10:00", "10:00"), ("0123456", "0123456"), ("1234e5", "1234e5"), ("1.10", "1.10"), ("0x1F", "0x1F"),
     ("2025-07-04", "2025-07-04"), ("on", "on"), ("'null'", "null"), ("=", "="), (".inf", ".inf"), ("1_000", "1_000")],
)  # fmt: skip
def test_text_stays_text(text, title):
    one = read(f"schema: phoenix/workstream@1\nid: a\ntitle: {text}\n")
    assert one.findings == () and one.workstream.title == title


ZOO = {
    "bomb": ("a: &a [x,x]\nb: &b [*a,*a]\n", "E-ALIAS", 1, 4),
    "alias": (HEAD + "owner: *x\n", "E-YAML", 4, 8),
    "brackets": ("[" * 100_000, "E-DEPTH", 1, 65),
    "dashes": ("- " * 300_000, "E-DEPTH", 1, 129),
    "staircase": ("".join(" " * at + "a:\n" for at in range(500)), "E-DEPTH", 65, 65),
    "wide": ("a: [" + "x," * 300_000 + "]", "E-SIZE", 1, 39999),
    "large": (b"#" * 1_048_577, "E-SIZE", 1, 1),
    "bad-utf8": (HEAD.encode() + b"owner: caf\xe9\n", "E-UTF8", 4, 11),
    "utf16": ("a: b".encode("utf-16"), "E-UTF8", 1, 1),
    "control": (HEAD + "owner: a\x07b\n", "E-YAML", 4, 9),
    "quote": ("id: 'a\n", "E-YAML", 2, 1),
    "tab": ("a:\n\t- b\n", "E-YAML", 2, 1),
    "two-documents": (HEAD + "---\nid: b\n", "E-YAML", 4, 1),
    "empty": ("", "E-YAML", 1, 1),
    "list": ("- a\n", "E-YAML", 1, 1),
    "duplicate": (HEAD + "title: B\n", "E-DUPKEY", 4, 1),
    "duplicate-inside": (HEAD + "dependencies:\n  required: []\n  required: []\n", "E-DUPKEY", 6, 3),
    "merge-key": (HEAD + "<<: {owner: x}\n", "E-KEY", 4, 1),
    "unknown-key": (HEAD + "titel: B\n", "E-KEY", 4, 1),
    "list-key": (HEAD + "[a]: B\n", "E-KEY", 4, 1),
    "tag": (HEAD + "owner: !!python/object/apply:os.system [ls]\n", "E-TYPE", 4, 8),
    "scalar-tag": (HEAD + "owner: !!int 3\n", "E-TAG", 4, 8),
    "yes": (HEAD + "objectives:\n  - {id: o, text: t, done: yes}\n", "E-TYPE", 5, 28),
    "quoted-flag": (HEAD + "objectives:\n  - {id: o, text: t, done: 'true'}\n", "E-TYPE", 5, 28),
    "number": (HEAD + "priority: high\n", "E-TYPE", 4, 11),
    "octal": (HEAD + "priority: 07\n", "E-TYPE", 4, 11),
    "range": (HEAD + "priority: 10\n", "E-RANGE", 4, 11),
    "null": (HEAD + "owner:\n", "E-TYPE", 4, 7),
    "one-not-list": (HEAD + "touches: src/**\n", "E-TYPE", 4, 10),
    "slug": (HEAD + "agent: Big_One\n", "E-ID", 4, 8),
    "ref": (HEAD + 'dependencies: {required: ["cap:"]}\n', "E-ID", 4, 27),
    "no-such-day": (HEAD + "merged: 2025-02-30\n", "E-DATE", 4, 9),
    "window": (HEAD + "milestones:\n  - {id: m, window: week 4-3}\n", "E-DATE", 5, 21),
    "estimate": (HEAD + "objectives:\n  - {id: o, text: t, estimate: 3d/2d/1d}\n", "E-FORM", 5, 32),
    "path": (HEAD + "deliverables: [{path: ../x}]\n", "E-PATH", 4, 23),
    "pattern": (HEAD + "gates: [{id: g, run: r, read: '/(/', must: '< 1'}]\n", "E-FORM", 4, 31),
    "twice-in-list": (HEAD + "objectives:\n  - {id: o, text: t}\n  - {id: o, text: u}\n", "E-DUP", 6, 5),
    "missing": (HEAD + "objectives:\n  - id: o\n", "E-MISSING", 5, 5),
    "newer": (HEAD.replace("@1", "@2"), "E-SCHEMA", 1, 9),
    "name": (HEAD.replace("id: a", "id: b"), "W-NAME", 2, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", ZOO)
def test_the_zoo_is_refused_at_its_place_and_at_once(name):
    text, *wanted = ZOO[name]
    started = time.process_time()
    assert tuple(wanted) in found(text), found(text)
    assert time.process_time() - started < 0.5


def test_a_mistake_names_what_was_meant():
    hints = {
        one.code: one.hint for one in read(HEAD + "titel: B\nobjectives: [{id: o, text: t, done: yes}]\n").findings
    }
    assert hints["E-KEY"] == "did you mean title?" and hints["E-TYPE"] == "did you mean true?"


def test_a_usable_file_is_used_in_spite_of_a_mistake():
    one = read(HEAD + "priority: high\nowner: me\n")
    assert one.workstream.owner == "me" and one.workstream.priority == 5 and len(one.findings) == 1


def test_a_bom_and_other_line_ends_do_not_matter():
    text = "\ufeff" + (HEAD + "owner: me\n").replace("\n", "\r\n")
    assert read(text).findings == () and read(text).workstream.place_of("owner") == (4, 1)


def test_findings_of_one_file_are_bounded():
    assert len(read(HEAD + "".join(f"x{n}: 1\n" for n in range(5_000))).findings) <= 100


def test_the_programme_is_read_as_strictly():
    text = "schema: phoenix/programme@1\nid: p\ncalendar:\n  standup: {at: 10:00, every: 15m}\nlimits: {wip: many}\n"
    one = read_programme(text.encode())
    assert one.programme.calendar.standup.at == "10:00"
    assert [(finding.code, finding.line) for finding in one.findings] == [("E-TYPE", 5)]
