"""Commands that the root's documents show."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems import docs_commands
from phoenix_cli.ecosystem.facts import Usage
from tests.ecosystem.buildsystems.yielded import facts_from, usages_from

README = """\
# Tool

Run `make nothing` inline.

```sh
git clone https://host/me/tool && cd tool
npm ci
```

```console
$ npm test
ok 12 tests
$ cd web && npm start
```

```js
npm = "no command"
```

    $ make dist
"""


def test_fences_prompts_and_indented_prompts() -> None:
    files = {"README.md": README, "web/package.json": "{}"}
    assert usages_from(docs_commands, files) == [
        ("", "npm ci"),
        ("", "npm test"),
        ("web", "npm start"),
        ("", "make dist"),
    ]


def test_each_usage_knows_its_line_and_that_it_is_prose() -> None:
    usages = [one for one in facts_from(docs_commands, {"README.md": README}) if isinstance(one, Usage)]
    assert {one.where for one in usages} == {"docs"}
    lines = README.splitlines()
    assert all(one.argv[-1] in lines[(one.source.line or 0) - 1] for one in usages)


def test_files_for_contributors_and_agents_count_and_nested_ones_do_not() -> None:
    block = "```bash\nmake {}\n```\n"
    files = {
        ".github/CONTRIBUTING.md": block.format("one"),
        "AGENTS.md": block.format("two"),
        "README.rst": ".. code-block:: bash\n\n   make three\n\nText.\n",
        "packages/a/README.md": block.format("four"),
        "CHANGELOG.md": block.format("five"),
    }
    assert {line for _, line in usages_from(docs_commands, files)} == {"make one", "make two", "make three"}
    assert usages_from(docs_commands, files, "packages/a") == []
