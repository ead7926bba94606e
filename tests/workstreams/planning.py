"""Networks for tests, written in a few words: a folder of named workstreams."""

from phoenix_cli.workstreams.files.folder import assemble
from phoenix_cli.workstreams.files.reading import read_programme, read_workstream
from phoenix_cli.workstreams.network.resolving import resolve


def folder(tmp_path, programme="", **texts):
    """Return a folder of files given as the lines after id and title; ``_`` in a name stands for ``-``."""
    read = []
    for name, text in sorted(texts.items()):
        id_ = name.replace("_", "-")
        data = f"schema: phoenix/workstream@1\nid: {id_}\ntitle: {id_}\n{text}\n".encode()
        read.append((f"{id_}.yaml", read_workstream(data, f"{id_}.yaml")))
    found = assemble(tmp_path, read)
    assert found.findings == (), found.findings
    if programme:
        made = read_programme(f"schema: phoenix/programme@1\nid: p\n{programme}\n".encode())
        assert made.findings == (), made.findings
        found = type(found)(found.path, found.workstreams, made.programme, (), found.refused)
    return found


def network(tmp_path, programme="", **texts):
    """Return the network of such a folder."""
    return resolve(folder(tmp_path, programme, **texts))


def needs(*names, soft=()):
    """Return the dependencies of a file on one line, and one objective."""
    hard, optional = ", ".join(f'"{name}"' for name in names), ", ".join(f'"{name}"' for name in soft)
    return f"dependencies: {{required: [{hard}], optional: [{optional}]}}\nobjectives: [{{id: o, text: t}}]"
