"""The one table of build-system families: which file names wake which module.

A new family is one module here, one row, one test. The rows are literals so that nothing is imported before a marker of
its family was seen.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from phoenix_cli.ecosystem.buildsystems import BuildSystem
from phoenix_cli.ecosystem.files import Files, Folder


@dataclass(frozen=True, slots=True)
class Family:
    """One row: the module's name in this package, the system ids that it may report, and its markers.

    ``names`` are exact file names, ``suffixes`` ends of file names, ``prefixes`` beginnings of file names, ``folders``
    ends of folder paths (``.github/workflows``), which wake the module for that folder whatever is in it.
    """

    module: str
    systems: tuple[str, ...]
    names: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    def load(self) -> BuildSystem:
        """Import the module."""
        return importlib.import_module(f"phoenix_cli.ecosystem.buildsystems.{self.module}")


# fmt: off
FAMILIES: tuple[Family, ...] = (
    # JavaScript and TypeScript (rows 1-12)
    Family("node", ("npm", "pnpm", "yarn", "bun", "rush"), names=("package.json", "package.yaml", "pnpm-workspace.yaml")),
    Family("deno", ("deno",), names=("deno.json", "deno.jsonc", "deno.lock")),
    Family("turbo", ("turbo",), names=("turbo.json", "turbo.jsonc")),
    Family("nx", ("nx",), names=("nx.json", "project.json")),
    Family("lerna", ("lerna",), names=("lerna.json",)),
    Family("rush", ("rush",), names=("rush.json",)),
    Family("moon", ("moon",), names=("moon.yml", "moon.yaml"), folders=(".moon",)),
    Family("lage", ("lage",), names=("lage.config.js", "lage.config.cjs", "lage.config.mjs", "lage.config.ts", "lage.config.json")),
    Family("tauri", ("npm", "pnpm", "yarn", "bun", "cargo"), names=("tauri.conf.json", "tauri.conf.json5", "Tauri.toml")),
    Family("wireit", ("wireit",), names=("package.json",)),
    Family("vite_plus", ("vite-plus",), names=("package.json",)),
    Family(
        "gulp", ("gulp", "grunt", "jake"),
        names=("gulpfile.js", "gulpfile.ts", "gulpfile.mjs", "gulpfile.cjs", "gulpfile.babel.js", "gulpfile.esm.js",
               "Gulpfile.js", "Gruntfile.js", "Gruntfile.ts", "Gruntfile.cjs", "Gruntfile.coffee", "gruntfile.js",
               "gruntfile.ts", "gruntfile.cjs", "gruntfile.coffee", "Jakefile", "Jakefile.js", "jakefile.js"),
    ),
    # Python (rows 13-27)
    Family(
        "python",
        (
            "uv", "poetry", "pdm", "hatch", "flit", "pipenv", "pip", "setuptools", "maturin", "scikit-build-core", "meson-python",
            "conda", "pixi",
        ),
        names=(
            "pyproject.toml", "setup.py", "setup.cfg", "uv.lock", "uv.toml", "poetry.lock", "pdm.lock", "pdm.toml", "hatch.toml",
            "Pipfile", "Pipfile.lock", "pixi.toml", "pixi.lock",
        ),
        prefixes=("requirements", "environment", "conda-env"),
        suffixes=("requirements.txt", "requirements.in"),
        folders=("requirements", "reqs", "requirement"),
    ),
    Family("conda_recipe", ("conda",), names=("meta.yaml", "recipe.yaml")),
    Family("tox", ("tox",), names=("tox.ini", "tox.toml", "pyproject.toml", "setup.cfg")),
    Family("nox", ("nox",), names=("noxfile.py",)),
    Family(
        "python_tasks",
        ("invoke", "doit", "duty", "poe", "taskipy"),
        names=("tasks.py", "dodo.py", "duties.py", "poe_tasks.toml", "poe_tasks.yaml", "poe_tasks.json", "pyproject.toml"),
    ),
    Family("scons", ("scons", "waf"), names=("SConstruct", "Sconstruct", "sconstruct", "SConstruct.py", "wscript")),
    Family("pants", ("pants",), names=("pants.toml",)),
    Family("precommit", ("pre-commit",), names=(".pre-commit-config.yaml", ".pre-commit-config.yml")),
    Family("sphinx", ("sphinx",), names=("conf.py",)),
    Family("mkdocs", ("mkdocs",), names=("mkdocs.yml", "mkdocs.yaml")),
    Family("alembic", ("alembic",), names=("alembic.ini",)),
    Family(
        "data_pipelines",
        ("dbt", "airflow", "dagster", "dvc", "snakemake", "nextflow"),
        names=(
            "dbt_project.yml", "airflow.cfg", "airflow_settings.yaml", "Dockerfile", "dagster.yaml", "workspace.yaml",
            "pyproject.toml", "dvc.yaml", "Snakefile", "snakefile", "main.nf",
        ),
    ),
    # Systems languages (rows 28-40)
    Family("cargo", ("cargo",), names=("Cargo.toml",)),
    Family("cargo_make", ("cargo-make",), names=("Makefile.toml",)),
    Family("go", ("go",), names=("go.mod", "go.work")),
    Family("cmake", ("cmake",), names=("CMakeLists.txt",)),
    Family("meson", ("meson",), names=("meson.build",)),
    Family("make", ("make",), names=("GNUmakefile", "makefile", "Makefile")),
    Family("autotools", ("autotools",), names=("configure.ac", "configure.in")),
    Family("bazel", ("bazel",), names=("MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE", "WORKSPACE.bzlmod")),
    Family("buck", ("buck", "please"), names=(".buckconfig", ".plzconfig")),
    Family("zig", ("zig",), names=("build.zig",)),
    Family("swift", ("swift",), names=("Package.swift",)),
    Family(
        "xcode",
        ("xcode", "cocoapods", "carthage"),
        names=("project.pbxproj", "contents.xcworkspacedata", "Podfile", "Cartfile", "project.yml"),
    ),
    Family(
        "native_builders",
        ("xmake", "premake", "ninja", "qmake"),
        names=("xmake.lua", "premake5.lua", "premake4.lua", "build.ninja"),
        suffixes=(".pro",),
    ),
    Family("native_packages", ("vcpkg", "conan"), names=("vcpkg.json", "conanfile.py", "conanfile.txt")),
    Family(
        "compiled_languages",
        ("dub", "nimble", "shards", "v", "fpm", "alire"),
        names=("dub.json", "dub.sdl", "shard.yml", "v.mod", "fpm.toml", "alire.toml"),
        suffixes=(".nimble",),
    ),
    # JVM (rows 41-46)
    Family("gradle", ("gradle",), suffixes=(".gradle", ".gradle.kts")),
    Family("maven", ("maven",), names=("pom.xml",)),
    Family("sbt", ("sbt",), suffixes=(".sbt",)),
    Family(
        "mill",
        ("mill", "bleep", "scala-cli"),
        names=("build.mill", "build.mill.scala", "build.mill.yaml", "build.sc", "bleep.yaml", "project.scala"),
    ),
    Family("lein", ("lein",), names=("project.clj",)),
    Family("clojure", ("clojure",), names=("deps.edn",)),
    Family("babashka", ("babashka", "boot"), names=("bb.edn", "build.boot")),
    Family("ant", ("ant",), names=("build.xml",)),
    Family("amper", ("amper",), names=("module.yaml", "project.yaml")),
    # .NET, PHP, Ruby, BEAM, functional, mobile, data (rows 47-63)
    Family("dotnet", ("dotnet",), names=("global.json",), suffixes=(".sln", ".slnx", ".csproj", ".fsproj", ".vbproj")),
    Family(
        "dotnet_scripts", ("cake", "nuke", "fake", "paket"),
        names=("build.cake", "Build.cake", "build.fsx", "paket.dependencies", ".nuke"), folders=(".nuke",),
    ),
    Family("bundler", ("bundler",), names=("Gemfile", "gems.rb"), suffixes=(".gemspec",)),
    Family("rake", ("rake",), names=("rakefile", "Rakefile", "rakefile.rb", "Rakefile.rb")),
    Family("composer", ("composer",), names=("composer.json",)),
    Family("mix", ("mix",), names=("mix.exs",)),
    Family("rebar3", ("rebar3",), names=("rebar.config",)),
    Family("erlang_mk", ("erlang.mk",), names=("erlang.mk",)),
    Family("gleam", ("gleam",), names=("gleam.toml",)),
    Family("haskell", ("stack", "cabal"), names=("stack.yaml", "cabal.project", "package.yaml"), suffixes=(".cabal",)),
    Family("ocaml", ("dune", "opam", "esy"), names=("dune-project", "opam", "esy.json"), suffixes=(".opam",), folders=("esy.lock",)),
    Family("elm", ("elm",), names=("elm.json",)),
    Family(
        "web_functional", ("spago", "rescript", "haxelib"),
        names=("spago.yaml", "spago.dhall", "rescript.json", "bsconfig.json", "haxelib.json"),
    ),
    Family("dart", ("dart", "flutter", "melos"), names=("pubspec.yaml", "melos.yaml")),
    Family("r_language", ("r",), names=("DESCRIPTION", "renv.lock", "app.R", "server.R")),
    Family("julia", ("julia",), names=("Project.toml", "JuliaProject.toml")),
    Family("perl", ("perl",), names=("cpanfile", "Makefile.PL", "Build.PL", "dist.ini", "minil.toml")),
    Family("luarocks", ("luarocks",), suffixes=(".rockspec",)),
    Family("raku_tcl", ("raku", "tcl"), names=("META6.json", "pkgIndex.tcl", "pkgIndex.tcl.in")),
    Family(
        "contracts", ("foundry", "hardhat", "move", "scarb", "anchor"),
        names=(
            "foundry.toml", "hardhat.config.ts", "hardhat.config.js", "hardhat.config.cts", "hardhat.config.cjs", "hardhat.config.mts",
            "hardhat.config.mjs", "Move.toml", "Scarb.toml", "Anchor.toml",
        ),
    ),
    Family("game_engines", ("unity", "godot", "unreal"), names=("ProjectVersion.txt", "project.godot"), suffixes=(".uproject",)),
    Family("typesetting", ("latex", "typst"), names=("latexmkrc", ".latexmkrc", "build.lua", "typst.toml", "main.typ"), suffixes=(".tex",)),
    Family("mdbook", ("mdbook",), names=("book.toml",)),
    Family(
        "hugo", ("hugo", "zola"),
        names=(
            "hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config.toml", "config.yaml", "config.yml", "config.json", "theme.toml",
        ),
        folders=("config/_default",),
    ),
    Family("jekyll", ("jekyll",), names=("_config.yml", "_config.yaml", "_config.toml")),
    Family("antora", ("antora",), names=("antora-playbook.yml", "antora-playbook.yaml", "local-antora-playbook.yml", "antora.yml")),
    # Task runners and environment managers (rows 64-73)
    Family("just", ("just",), names=("justfile", ".justfile", "Justfile", ".Justfile", "JUSTFILE")),
    Family(
        "go_task",
        ("task",),
        names=(
            "Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml",
            "Taskfile.dist.yml", "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml",
        ),
    ),
    Family("mise", ("mise",), names=("mise.toml", ".mise.toml"), folders=("mise", ".mise")),
    Family(
        "version_files",
        (),
        names=(
            ".nvmrc", ".node-version", ".python-version", ".ruby-version", ".java-version", ".go-version", ".php-version",
            ".swift-version", ".bun-version", ".deno-version", ".dvmrc", ".elixir-version", ".crystal-version",
            ".perl-version", ".terraform-version", ".opentofu-version", ".terragrunt-version", ".bazelversion",
            ".zigversion", ".xcode-version", "runtime.txt", ".tool-versions", ".sdkmanrc", ".prototools",
        ),
    ),
    Family("dev_environments", ("devbox", "devenv"), names=("devbox.json", "devenv.nix")),
    Family("nix", ("nix",), names=("flake.nix", "default.nix", "shell.nix", "release.nix")),
    Family("thor", ("thor",), names=("Thorfile",)),
    Family("mage", ("mage",), names=("magefile.go", "mage.go"), folders=("magefiles",)),
    Family("earthly", ("earthly",), names=("Earthfile",)),
    Family("dagger", ("dagger",), names=("dagger.json",)),
    Family("procfile", ("procfile",), names=("Procfile", "Procfile.dev", "Procfile.development", "Procfile.local")),
    Family(
        "process_files",
        ("process-compose", "mprocs"),
        names=(
            "process-compose.yaml", "process-compose.yml", "mprocs.yaml", "mprocs.yml", "supervisord.conf", "supervisor.conf",
            "ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.mjs", "ecosystem.config.json",
            "pm2.json", "pm2.config.js",
        ),
        suffixes=(".service",),
    ),
    Family("vscode", (), folders=(".vscode",)),
    # Containers, infrastructure, CI (rows 74-84)
    Family(
        "code_generation", ("buf", "flyway"),
        names=(
            "buf.yaml", "buf.work.yaml", "schema.prisma", "sqlc.yaml", "sqlc.yml", "sqlc.json", "flyway.toml", "flyway.conf",
        ),
    ),
    Family(
        "compose",
        ("compose",),
        names=("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"),
        prefixes=("docker-compose", "compose."),
    ),
    Family(
        "docker",
        ("docker",),
        names=("Dockerfile", "dockerfile", "Containerfile"),
        prefixes=("Dockerfile", "Containerfile"),
        suffixes=(".dockerfile", ".Dockerfile", ".containerfile", ".Containerfile"),
    ),
    Family(
        "hosting",
        (),
        names=(
            "fly.toml", "railway.json", "railway.toml", "render.yaml", "render.yml", "vercel.json", "netlify.toml", "app.json",
            "app.yaml", "heroku.yml", "nixpacks.toml", "nixpacks.json", "railpack.json", ".platform.app.yaml",
        ),
    ),
    Family(
        "functions_hosting",
        (),
        names=(
            "wrangler.toml", "wrangler.json", "wrangler.jsonc", "serverless.yml", "serverless.yaml", "template.yaml",
            "template.yml", "cdk.json", "amplify.yml", "firebase.json",
        ),
    ),
    Family("devcontainer", ("devcontainer",), names=("devcontainer.json", ".devcontainer.json")),
    Family(
        "cluster_tools",
        ("skaffold", "tilt", "okteto", "garden", "devspace"),
        names=(
            "skaffold.yaml", "skaffold.yml", "Tiltfile", "okteto.yml", "okteto.yaml", "project.garden.yml", "garden.yml",
            "garden.yaml", "devspace.yaml", "devspace.yml",
        ),
    ),
    Family(
        "terraform",
        ("terraform", "opentofu", "terragrunt"),
        names=("terragrunt.hcl", "root.hcl"),
        suffixes=(".tf", ".tofu", ".tf.json"),
    ),
    Family("infrastructure", ("pulumi", "packer"), names=("Pulumi.yaml", "Pulumi.yml"), suffixes=(".pkr.hcl", ".pkr.json")),
    Family(
        "ansible",
        ("ansible",),
        names=(
            "ansible.cfg", "galaxy.yml", "site.yml", "site.yaml", "playbook.yml", "playbook.yaml", "play.yml", "local.yml",
            "main.yml", "main.yaml",
        ),
    ),
    Family("kubernetes", ("helm", "kustomize"), names=("Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization")),
    Family("github_actions", ("github-actions",), folders=(".github/workflows",)),
    Family(
        "other_ci",
        (
            "gitlab-ci", "azure-pipelines", "circleci", "travis", "drone", "woodpecker", "bitbucket-pipelines", "cirrus",
            "appveyor", "buildkite", "semaphore", "sourcehut", "jenkins", "cloudbuild",
        ),
        names=(
            ".gitlab-ci.yml", ".gitlab-ci.yaml", ".travis.yml", ".drone.yml", ".drone.yaml", ".woodpecker.yml",
            ".woodpecker.yaml", "bitbucket-pipelines.yml", ".cirrus.yml", ".cirrus.yaml", "appveyor.yml", ".appveyor.yml",
            "Jenkinsfile", "cloudbuild.yaml", "cloudbuild.yml", ".build.yml",
        ),
        prefixes=("azure-pipeline", ".azure-pipeline"),
        folders=(".circleci", ".azure-pipelines", ".woodpecker", ".buildkite", ".semaphore", ".builds"),
    ),
    Family("docs_commands", (), folders=("",)),  # the root, whatever its files are called
)
# fmt: on


def awake(files: Files) -> Iterator[tuple[Family, Folder]]:
    """Yield each family with each folder that holds one of its markers, folders nearest to the root first."""
    families = cache(_families_of_name)  # a name that stands in many folders is looked at once
    for folder in sorted(files.folders.values(), key=lambda folder: (folder.depth, folder.path)):
        woken = set(_families_of_folder(folder.path))
        for name in folder.names:
            woken.update(families(name))
        for at in sorted(woken):
            yield FAMILIES[at], folder


def _families_of_name(name: str) -> tuple[int, ...]:
    """Return the rows that a file's name wakes; one expression sorts out the many that wake none by a part of it."""
    exact, parts = _rows_by_name().get(name, ()), _part_of_a_name()
    if parts.search(name) is None:
        return exact
    others = (
        at for at, family in enumerate(FAMILIES) if name.endswith(family.suffixes) or name.startswith(family.prefixes)
    )
    return tuple({*exact, *others})


def _families_of_folder(path: str) -> Iterator[int]:
    for end, at in _rows_by_folder().get(path.rpartition("/")[2], ()):
        if f"/{path}".endswith(f"/{end}"):
            yield at


@cache
def _rows_by_name() -> dict[str, tuple[int, ...]]:
    table: dict[str, tuple[int, ...]] = {}
    for at, family in enumerate(FAMILIES):
        for name in family.names:
            table[name] = (*table.get(name, ()), at)
    return table


@cache
def _rows_by_folder() -> dict[str, list[tuple[str, int]]]:
    table: dict[str, list[tuple[str, int]]] = {}
    for at, family in enumerate(FAMILIES):
        for end in family.folders:
            table.setdefault(end.rpartition("/")[2], []).append((end, at))
    return table


@cache
def _part_of_a_name() -> re.Pattern[str]:
    prefixes = (re.escape(one) for family in FAMILIES for one in family.prefixes)
    suffixes = (re.escape(one) for family in FAMILIES for one in family.suffixes)
    return re.compile(f"^(?:{'|'.join(prefixes)})|(?:{'|'.join(suffixes)})$")
