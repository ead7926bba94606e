"""How a Ruby project is tested and linted, by what its folders and settings show."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.ruby_apps import is_rails, rails_command
from phoenix_cli.ecosystem.buildsystems.ruby_gems import gems_of, with_bundle
from phoenix_cli.ecosystem.facts import Command
from phoenix_cli.ecosystem.files import Folder

#: Linter -> (its settings, the gems that bring it, its command), the strictest statement of intent first.
_LINTERS = (
    ("standardrb", (".standard.yml",), ("standard", "standardrb"), ("standardrb",)),
    ("rubocop", (".rubocop.yml",), ("rubocop", "rubocop-rails-omakase", "rubocop-shopify"), ("rubocop",)),
)


def tests(make: Conventions) -> Iterator[Command]:
    """Yield the test runs that need no Rakefile: RSpec, Rails' own, Cucumber beside them."""
    folder = make.folder
    if _has_specs(folder):
        file = ".rspec" if ".rspec" in folder.names else "spec"
        source = folder.evidence(file, "rspec.settings", line=1) if file == ".rspec" else make.source
        yield make.command("rspec", *with_bundle(folder, "rspec"), role="test", confidence=0.95, source=source)
    elif is_rails(folder) and "test" in folder.subfolders:
        source = folder.evidence("config/application.rb", "rails.application", line=1)
        yield make.command(
            "test", *rails_command(folder, "test"), role="test", confidence=0.9, origin="framework", source=source
        )
    if "cucumber" in gems_of(folder) and "features" in folder.subfolders:
        yield make.command("cucumber", *with_bundle(folder, "cucumber"), role="test", confidence=0.5)


def _has_specs(folder: Folder) -> bool:
    if "spec" not in folder.subfolders:
        return False
    if ".rspec" in folder.names or folder.at("spec").has("spec_helper.rb", "rails_helper.rb"):
        return True
    return any(name.endswith("_spec.rb") for below in folder.at("spec").below(3) for name in below.names)


def linters(make: Conventions) -> Iterator[Command]:
    """Yield the linters that the project brings along; settings alone may be an editor's."""
    folder, gems, sure = make.folder, gems_of(make.folder), 0.85
    for name, settings, brought_by, argv in _LINTERS:
        config = folder.first(*settings)
        brought = not gems.isdisjoint(brought_by)
        if brought or (config and (gems & {"standard"} or ci_runs(folder.files, rf"\b{name}\b"))):
            source = folder.evidence(config, f"{name}.settings", line=1) if config else make.source
            yield make.command(name, *with_bundle(folder, *argv), role="lint", confidence=sure, source=source)
            sure = 0.6
