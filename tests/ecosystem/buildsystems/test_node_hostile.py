"""Manifests that strangers fill with anything: every one gives an answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ecosystem.memory_tree import facts_of

KEYS = {
    "package.json": [
        "name", "version", "scripts", "dependencies", "devDependencies", "workspaces", "packageManager", "devEngines", "engines",
        "volta", "bin", "main", "private", "wireit", "exports", "packages", "name",
    ],
    "deno.json": ["tasks", "workspace", "name", "imports", "test", "members", "command"],
    "turbo.json": ["tasks", "pipeline", "extends"],
    "nx.json": ["plugins", "targetDefaults", "options", "testTargetName"],
    "project.json": ["name", "targets", "projectType", "sourceRoot", "options", "port", "executor", "serve"],
    "lerna.json": ["packages", "npmClient", "version"],
    "rush.json": ["projects", "pnpmVersion", "projectFolder", "nodeSupportedVersionRange"],
    ".moon/toolchains.yml": ["javascript", "node", "packageManager"],
    "moon.yml": ["id", "tasks", "build"],
}  # fmt: skip
WORDS = [
    "npm",
    "npm run a",
    "yarn@1",
    "packages/*",
    "**",
    "",
    "start",
    "application",
    "vite",
    "node server.js",
    "../..",
    "\0",
]


def document(keys: list[str]) -> st.SearchStrategy[str]:
    leaves = st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS)
    names = st.sampled_from([*keys, "a", "start", "dev", "test", "build"])
    inner = st.recursive(
        leaves, lambda one: st.lists(one, max_size=3) | st.dictionaries(names, one, max_size=4), max_leaves=12
    )
    return st.dictionaries(st.sampled_from(keys), inner, max_size=8).map(json.dumps)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries({}, optional={name: document(keys) for name, keys in KEYS.items()}),
    document(KEYS["package.json"]),
)
def test_any_document_gives_an_answer(files, nested):
    files = {
        **files,
        ".moon/workspace.yml": "",
        "packages/a/package.json": nested,
        "server.js": "",
        "src/main.ts": "PORT =",
    }
    found = facts_of(files)
    assert len({(one.dir, one.system) for one in found.components}) == len(found.components)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["npm run x && " * 500, "-- " * 3_000, "tsc " * 3_000, "/*" * 40_000, "PORT" * 20_000, "a\\b:" * 9_000]
)
def test_hostile_texts_cost_little(text):
    manifest = json.dumps({"private": True, "scripts": {"start": f"node server.js {text}", "build": text, "x": text}})
    config = "server: {" * 9_000 + text
    files = {
        "package.json": manifest,
        "server.js": text,
        "index.html": "",
        "vite.config.ts": config,
        "gulpfile.js": text,
    }
    assert facts_of(files).components
