"""Thor tasks."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

THORFILE = """\
class Default < Thor
  desc "test", "Run the specs"
  def test; end
end

class Gems < Thor
  desc "publish VERSION", "Push it"
  def publish(version); end

  def undocumented; end
end
"""


def test_described_methods_are_tasks() -> None:
    component = component_of(facts_of({"Thorfile": THORFILE}), "thor")
    assert {one.name for one in component.commands} == {"thor:test", "thor:gems:publish"}
    test = command_of(component, "thor:test")
    assert (test.argv, test.role, test.source.line) == (("thor", "test"), "test", 2)
    assert command_of(component, "thor:gems:publish").confidence <= 0.4


def test_a_ruby_file_is_no_thorfile() -> None:
    assert pairs_of(facts_of({"lib/tasks.rb": THORFILE}), "thor") == set()
