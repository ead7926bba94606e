"""The shipped JSON Schemas: what editors check files with. Made from the reader's own table, so the two never differ.

``python -m phoenix_cli.workstreams.files.json_schema`` writes them anew.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from phoenix_cli.workstreams.files.tables import PROGRAMME_FILE, WORKSTREAM_FILE

SCHEMAS = {"workstream.schema.json": WORKSTREAM_FILE, "programme.schema.json": PROGRAMME_FILE}
FIRST_LINE = "# yaml-language-server: $schema="


def rendered(name: str) -> str:
    """Return a schema as its shipped text."""
    return json.dumps(SCHEMAS[name].document(), indent=1, ensure_ascii=False) + "\n"


def shipped(name: str) -> str:
    """Return the text that is in the package."""
    return files("phoenix_cli.workstreams.files").joinpath("schemas", name).read_text(encoding="utf-8")


def write_all(folder: Path) -> None:
    """Write the schemas to a folder: beside workstream files, whose first line names them."""
    for name in SCHEMAS:
        (folder / name).write_text(rendered(name), encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(__file__).parent / "schemas")
