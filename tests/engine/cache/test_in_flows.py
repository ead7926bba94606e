"""A run of a flow takes what the cache knows."""

from __future__ import annotations

FLOW = """
name: cached
steps:
  make:
    run: cat in.txt > out.txt; echo "size=$(wc -c < in.txt)" >> "$PHOENIX_OUTPUT"; echo made >> log
    cache: {inputs: [in.txt]}
    outputs: {values: [size], files: [out.txt]}
  forgetful:
    run: echo made >> log2
    cache: {inputs: [in.txt]}
    outputs: {files: [never.txt]}
  use: {run: [sh, -c, 'echo "$1" > used', x, "${{ steps.make.outputs.size }}"]}
"""


def test_what_was_made_is_not_made_again(phoenix, tmp_path):
    (tmp_path / "flow.yml").write_text(FLOW)

    def run(text):
        (tmp_path / "in.txt").write_text(text)
        answer = phoenix("flow", "run", "flow.yml", "--json")
        steps = answer.json["steps"]
        assert answer.code == 0, answer.err
        assert not steps["forgetful"]["cached"]
        out, used = (tmp_path / "out.txt").read_text(), (tmp_path / "used").read_text().strip()
        (tmp_path / "out.txt").unlink()
        return steps["make"]["cached"], out, used

    assert run("abc") == (False, "abc", "3")
    assert run("abc") == (True, "abc", "3")
    assert run("abcde") == (False, "abcde", "5")
    assert run("abc") == (True, "abc", "3")
    assert (tmp_path / "log").read_text() == "made\n" * 2
    assert (tmp_path / "log2").read_text() == "made\n" * 4  # a file that was promised and not written: nothing is kept
    stats = phoenix("cache", "stats", "--json").json
    assert stats["hits"] == 2 and stats["misses"] == 6
