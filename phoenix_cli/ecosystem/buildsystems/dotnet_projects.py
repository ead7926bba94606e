"""What a .NET project file tells: its language, whether it runs, serves, or holds tests.

Project files are searched, not parsed: a solution may have five hundred of them, and a handful of literals decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

LANGUAGES = {".csproj": "csharp", ".fsproj": "fsharp", ".vbproj": "visualbasic"}
PROJECTS = tuple(LANGUAGES)

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SDK = re.compile(r"<(?:Project\b[^>]{0,400}?\bSdk|Sdk\b[^>]{0,400}?\bName)=\"([\w.]+)")
_RUNS = re.compile(r"<OutputType>\s*(?:Exe|WinExe)\s*<", re.IGNORECASE)
_TESTS = re.compile(
    r"<IsTestProject>\s*true|Include=\"(?:Microsoft\.NET\.Test\.Sdk|TUnit|xunit\.v3|YoloDev\.Expecto\.TestSdk|MSTest)\"",
    re.IGNORECASE,
)
_NO_TESTS = re.compile(r"<IsTestProject>\s*false", re.IGNORECASE)
_TEST_NAME = re.compile(r"(?:^|[.\w-])(?:Tests?|Specs?)$")
#: Projects beside the product: what measures it, shows it, or builds it.
_ASIDE = re.compile(
    r"(?i)(?:^|[./_-])(?:.*tests?|.*testapp|.*benchmarks?|perf\w*|samples?|.*examples?|demos?|.*sandbox|playground|_?build|tools?"
    r"|eng|scripts?|docs?|.*generators?|.*codegen|fuzz\w*|stress\w*|.*migrat\w+|seed\w*)(?=$|[./_-])"
)


@dataclass(frozen=True, slots=True)
class Project:
    """One project file. ``serves`` is a web application, ``hosts`` an Aspire host that starts all the others."""

    folder: Folder
    file: str
    sdk: str
    runs: bool
    tests: bool
    aside: bool
    broken: bool

    @property
    def name(self) -> str:
        """The file's name without its ending, which is the assembly's name by default."""
        return self.file.rpartition(".")[0]

    @property
    def language(self) -> str:
        """The language that the file's ending stands for."""
        return LANGUAGES[self.file[self.file.rindex(".") :]]

    @property
    def serves(self) -> bool:
        """Tell whether the project is a web application."""
        return self.sdk == "Microsoft.NET.Sdk.Web"

    @property
    def hosts(self) -> bool:
        """Tell whether the project is an Aspire host."""
        return self.sdk == "Aspire.AppHost.Sdk"

    @property
    def source(self) -> Evidence:
        """The file itself."""
        return self.folder.evidence(self.file, "dotnet.project", line=1)


def projects_of(folder: Folder) -> list[Project]:
    """Return the projects of a folder, in the order of their names."""
    return folder.files.once(_all_projects).get(folder.path, [])


def project_at(files: Files, path: str) -> Project | None:
    """Return the project of a file's repository path, None when there is no such file."""
    dir, _, name = path.rpartition("/")
    return next((one for one in projects_of(files.folder(dir)) if one.file == name), None)


def _all_projects(files: Files) -> dict[str, list[Project]]:
    found: dict[str, list[Project]] = {}
    for path, folder in files.folders.items():
        names = sorted(name for name in folder.names if name.endswith(PROJECTS))
        if names:
            found[path] = [_project(folder, name) for name in names]
    return found


def _project(folder: Folder, file: str) -> Project:
    text = _COMMENT.sub("", folder.text(file))
    found = _SDK.search(text)
    sdk = found.group(1) if found else ""
    if "<IsAspireHost>true" in text or 'Name="Aspire.AppHost.Sdk"' in text:
        sdk = "Aspire.AppHost.Sdk"
    name = file.rpartition(".")[0]
    runs = bool(_RUNS.search(text)) or sdk.endswith((".Web", ".Worker", ".BlazorWebAssembly", "AppHost.Sdk"))
    return Project(
        folder,
        file,
        sdk,
        runs,
        _holds_tests(name, text, runs, sdk),
        _is_aside(folder, name) or "BenchmarkDotNet" in text,
        broken="<Project" not in text,
    )


def _holds_tests(name: str, text: str, runs: bool, sdk: str) -> bool:
    """Judge by what is referenced; the references may stand in a Directory.Build.props above, then the name tells."""
    if _NO_TESTS.search(text):
        return False
    return bool(_TESTS.search(text)) or sdk == "MSTest.Sdk" or (not runs and bool(_TEST_NAME.search(name)))


def _is_aside(folder: Folder, name: str) -> bool:
    return place_of(folder.path) in LOW_PLACES or bool(_ASIDE.search(folder.path)) or bool(_ASIDE.search(name))
