"""Whether a site, a book or a schema is what the repository is about, or serves a program beside it."""

from __future__ import annotations

from phoenix_cli.ecosystem.files import Folder

#: Manifests of programs. package.json is none of them: sites take their assets from npm.
_PROGRAMS = (
    "Cargo.toml", "go.mod", "pyproject.toml", "setup.py", "setup.cfg", "pom.xml", "build.gradle", "build.gradle.kts",
    "settings.gradle", "settings.gradle.kts", "CMakeLists.txt", "meson.build", "composer.json", "mix.exs", "rebar.config",
    "build.sbt", "stack.yaml", "cabal.project", "dune-project", "pubspec.yaml", "Package.swift", "build.zig", "DESCRIPTION",
    "configure.ac", "main.tf", "Chart.yaml", "galaxy.yml", "gleam.toml", "spago.yaml", "spago.dhall", "elm.json", "foundry.toml",
)  # fmt: skip
_ENDINGS = (".sln", ".slnx", ".csproj", ".gemspec", ".cabal")


def is_product(folder: Folder, *but: str) -> bool:
    """Tell whether nothing but what stands in ``folder`` is the product: the root, without a program's manifest.

    ``but`` are manifests that do not count here: Hugo keeps its modules in a go.mod.
    """
    if folder.path:
        return False
    programs = [name for name in _PROGRAMS if name in folder.names and name not in but]
    return not programs and not any(name.endswith(_ENDINGS) for name in folder.names)
