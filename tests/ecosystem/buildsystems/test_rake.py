"""Rake: tasks of a Rakefile, read as text."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems.rakefile_text import tasks_of
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

RAKEFILE = """\
require "bundler/gem_tasks"
require "rake/testtask"

Rake::TestTask.new do |t|
  t.libs << "test"
end
RuboCop::RakeTask.new(:style)

task default: %i[test style]

namespace :db do
  desc "Fill it"
  task :seed, [:count] => :environment do |_, args|
    if true
      puts 1
    end
  end
  namespace "old" do
    task(:drop) { }
  end
end
%w[a b].each do |name|
  task "make:#{name}" do
  end
end
task "doc:api" => [:a]
"""


def test_tasks_namespaces_and_task_libraries() -> None:
    tasks = {task.name: task for task in tasks_of(RAKEFILE)}
    assert list(tasks) == [
        "build",
        "install",
        "release",
        "test",
        "style",
        "default",
        "db:seed",
        "db:old:drop",
        "doc:api",
    ]
    assert tasks["default"].needs == ("test", "style")
    assert (tasks["db:seed"].description, tasks["db:seed"].line, tasks["db:seed"].needs) == (
        "Fill it",
        13,
        ("environment",),
    )


def test_roles_of_tasks() -> None:
    rake = component_of(facts_of({"Rakefile": RAKEFILE, "Gemfile": ""}), "rake")
    test = command_of(rake, "rake:test")
    assert (test.argv, test.role, test.confidence, test.source.line) == (
        ("bundle", "exec", "rake", "test"),
        "test",
        0.95,
        4,
    )
    assert command_of(rake, "rake:default").argv == ("bundle", "exec", "rake")
    assert command_of(rake, "rake:default").role == "check"
    assert command_of(rake, "rake:style").role == "lint"
    assert command_of(rake, "rake:install").role == "other"
    assert command_of(rake, "rake:build").role == "build"


def test_without_a_gemfile_rake_runs_alone() -> None:
    rake = component_of(facts_of({"tools/Rakefile": "task :test\ntask default: :test\n"}), "rake", "tools")
    assert command_of(rake, "rake:tools:test").argv == ("rake", "test")
    assert command_of(rake, "rake:tools:default").role == "test"


def test_the_folders_that_rake_or_the_rakefile_names() -> None:
    files = {
        "Rakefile": 'Dir["tasks/*.rake"].each { |f| load f }\n',
        "rakelib/a.rake": "task :one\n",
        "tasks/b.rake": "\ntask :two\n",
        "lib/tasks/c.rake": "task :three\n",
    }
    rake = component_of(facts_of(files), "rake")
    assert [(one.name, one.source.file, one.source.line) for one in rake.commands] == [
        ("rake:one", "rakelib/a.rake", 1),
        ("rake:two", "tasks/b.rake", 2),
    ]


def test_a_rails_rakefile_is_a_part_of_the_application() -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "Rakefile": 'require_relative "config/application"\nShop::Application.load_tasks\n',
        "config/application.rb": "",
        "config/environment.rb": "",
        "lib/tasks/build.rake": "task :build do\nend\n",
    }
    found = facts_of(files)
    assert not pairs_of(found, "rake")
    own = command_of(component_of(found, "bundler"), "rails:build")
    assert (own.argv, own.role) == (("bundle", "exec", "rails", "build"), "other")
