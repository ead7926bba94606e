"""Views for people: what fits, what is cut, what comes first."""

from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.cli.drawing import cells, draw
from phoenix_cli.cli.views.repositories import short_ids
from phoenix_cli.ecosystem.repositories import by_weight
from tests.homes import add_repository, home_at
from tests.screens import screen


def plain(text, colour):
    return text


def test_two_long_columns_share_the_width_and_a_place_keeps_its_line():
    rows = [
        (
            "npm:test",
            ".github/workflows/a-long-name-for-a-file.yaml:123",
            "npm run a-very-long-command --with all its words",
        )
    ]
    shown = list(draw(("name", "from", "command"), rows, {}, 60, plain, ("from",)))
    assert shown[1] == "npm:test  …ame-for-a-file.yaml:123  npm run a-very-long-com…"


@given(
    st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80)), min_size=1),
    st.integers(60, 120),
)
def test_whatever_is_in_it_a_table_keeps_to_its_width(rows, width):
    rows = [("id", *(cell.replace("\n", " ") for cell in row[1:])) for row in rows]
    for line in draw(("id", "from", "command"), rows, {}, width, plain, ("from",)):
        assert cells(line) <= width


def test_a_megabyte_in_a_cell_costs_nothing():
    (_, line) = draw(("name", "command"), [("x", "日" * 1_000_000)], {}, 80, plain)
    assert cells(line) <= 80


@given(st.sets(st.text("0123", min_size=8, max_size=8), min_size=1))
def test_a_short_id_means_one_repository(digits):
    ids = sorted(f"repo_{one}" for one in digits)
    short = short_ids(ids)
    for id in ids:
        assert len(short[id]) >= 4
        assert [other for other in ids if other.startswith(f"repo_{short[id]}")] == [id]


def component(system, **commands):
    return {"system": system, "commands": [{"name": name, "role": role} for name, role in commands.items()]}


def test_what_builds_and_tests_comes_before_what_only_runs_in_ci():
    parts = [
        component("github-actions"),
        component("devcontainer", up="other"),
        component("gradle", g_build="build"),
        component("maven", m_test="test", m_build="build"),
        component("pre-commit", lint="lint"),
    ]
    detection = {"primary": {"install": None, "build": "m_build", "test": "m_test", "lint": "lint"}}
    order = [one["system"] for one in by_weight(parts, detection)]
    assert order == ["maven", "pre-commit", "gradle", "devcontainer", "github-actions"]


def test_the_list_shows_short_ids_and_no_empty_columns_on_a_terminal_and_everything_in_a_pipe(phoenix):
    app = home_at(phoenix.home)
    for name in ("click", "flask"):
        add_repository(app, name)
    app.state.close()
    shown = screen(phoenix, "ecosystem", "list", env={"NO_COLOR": "1"}).splitlines()
    assert shown[0].split() == ["ID", "NAME", "TRUST", "UPDATED", "BUILD"]
    assert shown[1].split()[:2] == ["clic", "click"] and shown[-1] == "2 repositories, 0 running."
    assert phoenix("ecosystem", "show", "clic").code != 2
    assert phoenix("ecosystem", "list").out.splitlines()[0].split("\t")[0] == "repo_click"
