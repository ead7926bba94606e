"""A file's bytes as a workstream or programme, and every finding in them."""

from __future__ import annotations

from typing import Any, NamedTuple

from phoenix_cli.workstreams.files.shapes import BAD, Reading
from phoenix_cli.workstreams.files.tables import PROGRAMME_FILE, WORKSTREAM_FILE, File
from phoenix_cli.workstreams.files.yaml_tree import Unreadable, decode, tree
from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.model import At, Programme, Workstream, packed_places

PROGRAMME_NAME = "programme.yaml"


class ReadWorkstream(NamedTuple):
    """The workstream, None when its schema, id or title cannot be used; and the findings in the order of their places."""

    workstream: Workstream | None
    findings: tuple[Finding, ...]


class ReadProgramme(NamedTuple):
    """The programme, None like a workstream; and the findings."""

    programme: Programme | None
    findings: tuple[Finding, ...]


def read_workstream(data: bytes, file: str) -> ReadWorkstream:
    """Read one workstream; ``file`` is its name in the folder, which must be the id with ``.yaml``."""
    values, findings = _read(data, file, WORKSTREAM_FILE)
    if values is None:
        return ReadWorkstream(None, findings)
    found: Workstream = Workstream._make(values)
    stem = file.rpartition("/")[2].removesuffix(".yaml")
    if stem != found.id:
        place = found.place_of("id")
        hint = f"rename the file to {found.id}.yaml, or write id: {stem}"
        finding = Finding("W-NAME", f"the file is called {stem}, the workstream {found.id}", file, *place, hint)
        findings = (*findings, finding)
    return ReadWorkstream(found, findings)


def read_programme(data: bytes, file: str = PROGRAMME_NAME) -> ReadProgramme:
    """Read the programme."""
    values, findings = _read(data, file, PROGRAMME_FILE)
    return ReadProgramme(None if values is None else Programme._make(values), findings)


def _read(data: bytes, file: str, shape: File) -> tuple[list[Any] | None, tuple[Finding, ...]]:
    """Return the values with the file's name as the last; a BOM counts as no column."""
    try:
        node = tree(decode(data).removeprefix("\ufeff"))
    except Unreadable as error:
        return None, (error.finding._replace(file=file),)
    reading = Reading(file)
    places: dict[str, At] = {}
    values = shape.values(node, reading, places)
    findings = tuple(sorted(reading.findings, key=_at)) if reading.findings else ()
    if values is BAD:
        return None, findings
    places.pop("schema", None)
    values[-2:] = [packed_places(places, shape.make._fields), file]
    return values, findings


def _at(finding: Finding) -> tuple[int, int]:
    return finding.line, finding.column
