"""Make: targets and their roles, read as text; which makefiles belong to the component above."""

from __future__ import annotations

from phoenix_cli.ecosystem.facts import Command
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

LIBRARY = """\
GO ?= go
SOURCES = $(shell find . -name '*.go')

.PHONY: all fmt lint test deps install clean
all: fmt test

fmt:
\tgofmt -w .
lint: ## check the style
\tgolangci-lint run
test: deps
\t$(GO) test ./...
deps:
\tgo mod download
install:
\tgo install ./cmd/thing
bin/thing: $(SOURCES)
\tgo build -o $@
%.o: %.c
\tcc -c $<
"""
PROGRAM = """\
CC = gcc
all: editor

editor: editor.c
\t$(CC) -o editor editor.c

install: editor
\tinstall -m 755 editor $(DESTDIR)$(PREFIX)/bin
check: editor
\t./run-tests.sh && prove t/
"""


def make(text: str, **more: str) -> dict[str, Command]:
    found = component_of(facts_of({"Makefile": text, **more}), "make")
    return {command.name.partition(":")[2]: command for command in found.commands}


def test_targets_become_commands_with_their_lines() -> None:
    found = make(LIBRARY)
    assert found["test"].argv == ("make", "test")
    assert (found["test"].role, found["test"].confidence) == ("test", 0.95)
    assert (found["test"].source.file, found["test"].source.line) == ("Makefile", 11)
    assert found["test"].text == "go test ./..."
    assert found["lint"].role == "lint"
    assert found["deps"].role == "install"


def test_pattern_rules_and_files_are_no_commands() -> None:
    assert set(make(LIBRARY)) == {"all", "fmt", "lint", "test", "deps", "install", "clean"} - {"clean"}


def test_a_default_goal_that_formats_and_tests_is_no_build() -> None:
    assert make(LIBRARY)["all"].role == "check"


def test_install_puts_the_program_on_the_system() -> None:
    assert make(LIBRARY)["install"].role == "other"
    assert make(PROGRAM)["install"].role == "other"


def test_install_that_gets_dependencies_is_the_install() -> None:
    found = make("install:\n\tnpm ci\n\tpip install -r requirements.txt\n")
    assert found["install"].role == "install"


def test_the_default_goal_of_a_program_is_its_build() -> None:
    found = make(PROGRAM)
    assert (found["all"].role, found["all"].argv) == ("build", ("make",))
    assert (found["check"].role, found["check"].argv) == ("test", ("make", "check"))


def test_a_hand_written_configure_comes_first() -> None:
    stub = "all:\n\t@echo please configure first\n"
    template = "all: libz.a\nlibz.a: z.o\n\t$(AR) rc $@ z.o\ntest: all\n\t./testz\n"
    found = make(stub, **{"Makefile.in": template, "configure": "#!/bin/sh\n"})
    assert found["all"].argv == ("sh", "-c", "./configure && make")
    assert found["test"].source.file == "Makefile.in"


def test_includes_stay_inside_the_repository_and_defines_are_skipped() -> None:
    text = (
        "include build/tools.mk\n-include /etc/passwd ../outside.mk\ndefine NOT\nhidden: x\nendef\nbuild:\n\tgo build\n"
    )
    found = make(text, **{"build/tools.mk": "tool:\n\tgo vet ./...\n"})
    assert set(found) == {"tool", "build"}
    assert found["tool"].source.file == "build/tools.mk"


def test_both_branches_of_a_condition_are_read_and_computed_names_left_out() -> None:
    text = "ifeq ($(OS),Windows)\nwin:\n\tbuild.bat\nelse\nunix:\n\t./build.sh\nendif\n$(call names,x): y\n\ttrue\n"
    assert set(make(text)) == {"win", "unix"}


def test_rules_made_by_code_are_marked() -> None:
    text = "NAMES = a b\ndefine rule\n$(1): ; true\nendef\n$(foreach n,$(NAMES),$(eval $(call rule,$(n))))\nbuild:\n\ttrue\n"
    assert make(text)["build"].dynamic
    assert not make("build:\n\ttrue\n")["build"].dynamic


def test_variables_with_plain_values_name_targets() -> None:
    found = make("APP := server\n.PHONY: $(APP)\n$(APP):\n\tgo build -o $(APP)\n")
    assert found["server"].role == "build"


def test_a_variable_of_one_target_is_no_dependency() -> None:
    found = make("test: FLAGS = -race -timeout 10m\ntest:\n\tgo test $(FLAGS)\n")
    assert set(found) == {"test"}


def test_gnumakefile_goes_before_makefile() -> None:
    found = facts_of({"GNUmakefile": "one:\n\ttrue\n", "Makefile": "two:\n\ttrue\n"})
    assert [command.name for command in component_of(found, "make").commands] == ["make:one"]


def test_a_docs_makefile_that_drives_sphinx_is_no_component() -> None:
    sphinx = "SPHINXBUILD = sphinx-build\nhelp:\n\t@$(SPHINXBUILD) -M help .\n%: Makefile\n\t@$(SPHINXBUILD) -M $@ .\n"
    assert pairs_of(facts_of({"docs/Makefile": sphinx, "docs/conf.py": ""}), "make") == set()


def test_a_site_at_the_root_builds_and_serves() -> None:
    text = (
        "SPHINXBUILD = sphinx-build\nhtmllive: SPHINXBUILD = sphinx-autobuild\nhtmllive: SPHINXOPTS = --port 5544\n"
        "htmllive: html\n%: Makefile\n\t$(SPHINXBUILD) -M $@ .\n"
    )
    found = facts_of({"Makefile": text, "conf.py": ""})
    site = component_of(found, "make")
    assert (command_of(site, "make:html").role, command_of(site, "make:htmllive").role) == ("build", "dev")
    services = [service for service in found.services if service.source.file == "Makefile"]
    assert [(service.name, service.port) for service in services] == [("htmllive", 5544)]


def test_makefiles_that_belong_to_the_component_above() -> None:
    found = facts_of(
        {
            "Makefile": PROGRAM,
            "src/Makefile": "all:\n\tcc -c a.c\n",
            "drivers/Makefile": "obj-y += a.o\nobj-$(CONFIG_B) += b.o\n",
            "figures/Makefile": "overview.svg: overview.pdf\n\tpdf2svg $< $@\n",
            "gen/Makefile": "# Makefile.in generated by automake 1.16\nall:\n\ttrue\n",
            "settings/Makefile": "CFLAGS = -O2\n",
        }
    )
    assert pairs_of(found, "make") == {("", "make")}


def test_a_makefile_below_that_one_can_call_is_a_component() -> None:
    found = facts_of({"Makefile": PROGRAM, "lib/Makefile": ".PHONY: lib\nlib: lib.a\nlib.a: a.o\n\t$(AR) rc $@ a.o\n"})
    assert pairs_of(found, "make") == {("", "make"), ("lib", "make")}
    assert command_of(component_of(found, "make", "lib"), "make:lib:lib").dir == "lib"


def test_many_nested_makefiles_are_one_recursive_build() -> None:
    files = {f"part{number}/Makefile": "all:\n\tcc -c a.c\n" for number in range(20)}
    assert pairs_of(facts_of({"Makefile": PROGRAM, **files}), "make") == {("", "make")}


def test_what_starts_a_checker_is_no_start() -> None:
    found = make(
        "run-govulncheck:\n\tgovulncheck ./...\nrun-server:\n\tgo run ./server\nstart-server:\n\tnode tests/server.js\n"
    )
    assert [found[name].role for name in ("run-govulncheck", "run-server", "start-server")] == [
        "other",
        "start",
        "other",
    ]


def test_the_default_goal_of_a_test_folder_runs_the_tests() -> None:
    found = facts_of({"regress/Makefile": "all:\n\t@for t in *.sh; do sh $$t; done\n"})
    assert component_of(found, "make", "regress").commands[0].role == "test"


def test_a_hostile_makefile_costs_little() -> None:
    doubled = "A0 = xx\n" + "".join(f"A{n} = $(A{n - 1})$(A{n - 1})\n" for n in range(1, 60)) + "all: $(A59)\n"
    everyone = " ".join(f"t{n}" for n in range(2_000))
    tangled = "".join(f"t{n}: {everyone}\n" for n in range(100))
    assert "all" in make(doubled)
    assert len(make(tangled + " " * 500_000 + "x\n")) <= 120


def test_a_makefile_too_large_to_read_is_still_a_component() -> None:
    found = facts_of({"Makefile": "#" * 2_100_000})
    assert component_of(found, "make").confidence == 0.5
    assert [problem.file for problem in found.problems] == ["Makefile"]


def test_what_has_no_rule_is_handed_to_the_src_folder() -> None:
    root = "default: all\n\n.DEFAULT:\n\tcd src && $(MAKE) $@\n"
    found = facts_of(
        {"Makefile": root, "src/Makefile": "all: server\nserver: a.o\n\t$(CC) -o $@ a.o\ntest:\n\t./runtest\n"}
    )
    assert pairs_of(found, "make") == {("", "make")}
    test = command_of(component_of(found, "make"), "make:test")
    assert (test.argv, test.dir, test.source.file) == (("make", "test"), "", "src/Makefile")


def test_a_bsd_makefile_builds_by_the_systems_rules() -> None:
    found = component_of(facts_of({"Makefile": "PROG = cat\n.include <bsd.prog.mk>\n"}), "make")
    assert [(one.argv, one.role) for one in found.commands] == [(("make",), "build")]


def test_why_a_hand_written_configure_is_not_autotools() -> None:
    found = component_of(facts_of({"Makefile": "all:\n\ttrue\n", "configure": "#!/bin/sh\n"}), "make")
    assert [one.system for one in found.rejected] == ["autotools"]


def test_running_a_release_needs_one() -> None:
    files = {
        "Makefile": "PROJECT = ranch\nall:\n\t$(CC)\ninclude erlang.mk\n",
        "erlang.mk": "run: all\n\t./_rel/$(PROJECT)/bin/run console\n",
    }
    run = command_of(component_of(facts_of(files), "make"), "make:run")
    assert run.role == "other"
    released = command_of(component_of(facts_of({**files, "relx.config": ""}), "make"), "make:run")
    assert released.role == "start"
