"""Perl distributions."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_a_distribution_by_makefile_pl() -> None:
    makefile = "use ExtUtils::MakeMaker;\nWriteMakefile(\n  NAME => 'Mojo::Lite',\n  MIN_PERL_VERSION => '5.016',\n);\n"
    found = facts_of({"Makefile.PL": makefile, "t/a.t": "", "t/sub/b.t": "", ".perlcriticrc": "severity = 4\n"})
    perl = component_of(found, "perl")
    assert perl.name == "Mojo::Lite"
    assert command_of(perl, "perl:install").argv == ("cpanm", "--installdeps", ".")
    assert command_of(perl, "perl:build").argv == ("sh", "-c", "perl Makefile.PL && make")
    assert command_of(perl, "perl:test").argv == ("prove", "-lr", "t")
    assert command_of(perl, "perl:perlcritic").role == "lint"
    assert ("perl", ">=5.016", 4) in [(one.tool, one.version, one.source.line) for one in found.versions]


def test_compiled_code_is_tested_after_it_was_made() -> None:
    perl = component_of(facts_of({"Makefile.PL": "", "Fast.xs": "", "t/a.t": ""}), "perl")
    assert command_of(perl, "perl:test").argv == ("sh", "-c", "perl Makefile.PL && make test")


def test_dist_zilla_and_carton() -> None:
    found = facts_of(
        {"dist.ini": "name = App-Ack\nlicense = Perl_5\n[@Basic]\n", "cpanfile": "", "cpanfile.snapshot": ""}
    )
    perl = component_of(found, "perl")
    assert (perl.name, command_of(perl, "perl:build").argv) == ("App-Ack", ("dzil", "build"))
    assert command_of(perl, "perl:install").locked == ("carton", "install", "--deployment")
    assert found.package_managers[0].name == "carton"


def test_an_application_by_psgi() -> None:
    found = facts_of({"cpanfile": "requires 'Dancer2';\n", "app.psgi": "use App;\n"})
    assert [(one.name, one.argv, one.port) for one in found.services] == [("web", ("plackup", "app.psgi"), 5000)]


def test_another_dist_ini_is_no_distribution() -> None:
    assert not pairs_of(facts_of({"dist.ini": "[main]\npath = /tmp\n".replace("[main]", "main")}), "perl")
