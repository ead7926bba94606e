"""Texts that are made to keep a reader busy: a strangers' repository must not cost more than it is long."""

from __future__ import annotations

import time

import pytest

from tests.ecosystem.memory_tree import facts_of

N = 200_000
#: A quadratic look at any of these takes minutes; a linear one takes milliseconds.
TEXTS = {
    "justfile": ["a x" + " " * N, "a:\n" + " b\\\n" * (N // 4), "x := '''\n" * (N // 10)],
    "Taskfile.yml": ["tasks:\n  a: |\n" + "    x\n" + "\n" * N + "    task b\n"],
    "mise.toml": ["[tasks]\na = 'x'\n" + "\n" * N],
    "flake.nix": ["outputs = /*" * (N // 10), "outputs packages = with " * (N // 20), "outputs packages" + " " * N],
    "devenv.nix": ["\n" * N, "scripts.a.exec " * (N // 10)],
    "Earthfile": ["\n" * N, "a:\n" * (N // 10)],
    "Procfile": ["web: a" + " " * N + "b", "web: npm start " + "${A:-" * (N // 5)],
    "compose.yaml": ["services:\n  a:\n    image: x\n    ports: ['" + "${A:-" * (N // 10) + "']\n"],
    ".env.example": ["\n" * N],
    "Dockerfile": [
        "\\\n" * N,
        "FROM a\nRUN " + "x \\\n" * (N // 4),
        "RUN <<EOF\n" * (N // 20),
        "EXPOSE " + "${A:-" * (N // 10),
    ],
    "Dockerfile.dev": ["\n" * N],
    "main.tf": ["\n" * N, 'source = "./' * (N // 10)],
    "site.yml": ["\n" * N],
    "Jenkinsfile": ["sh" + " " * N, "sh '''" * (N // 10)],
    ".gitlab-ci.yml": ["a:\n  - " + "- " * (N // 2), "k" + " " * N + "v", "a: '" + "''" * (N // 4), "- \n" * (N // 10)],
    ".github/workflows/ci.yml": [
        "jobs:\n  a:\n    steps:\n      - run: |\n" + "          x \\\n" * (N // 15),
        "jobs:\n  a:\n    steps:\n      - run: |\n" + "          echo 'a\n" * (N // 15),
        "jobs:\n  a:\n    steps:\n      - run: make " + "${{ " * (N // 5),
    ],
    "README.md": [
        "~~~~\n" + "".join("`" * length + "\n" for length in range(500, 3, -1)),
        ".. code:: sh\n" + " \n" * N,
    ],
    "supervisord.conf": ["[program:a]\ncommand=x\n" + " \n" * N],
    "ecosystem.config.js": ["name" + " " * N, "name: 'a'," * (N // 20)],
    "magefile.go": ["//go:build mage\n" + "func A(" * (N // 10)],
    "Makefile": ["build:\n\trsync build " + "--exclude=x  \t" * 500 + "y\n"],
    "Thorfile": ["desc '" * (N // 10), "class A" + " " * N],
}


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, texts in TEXTS.items() for text in texts])
def test_the_cost_grows_with_the_length_only(path: str, text: str) -> None:
    files = {path: text}
    if path == ".env.example":
        files["compose.yaml"] = "services:\n  a:\n    image: x\n"
    began = time.process_time()
    facts_of(files)
    assert time.process_time() - began < 5
