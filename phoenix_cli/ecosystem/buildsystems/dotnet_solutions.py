"""Solutions: which projects a .sln or .slnx names, and which solution of a folder is the one to build."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_text
from phoenix_cli.ecosystem.buildsystems.dotnet_projects import Project, project_at
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Files, Folder, line_of

SOLUTIONS = (".sln", ".slnx")

_LISTED = re.compile(r"\"([^\"\n]+\.(?:cs|fs|vb)proj)\"")  # the same words in both formats
_BESIDE = re.compile(
    r"(?i)(?:^|[._-])(?:everything|all|full|samples?|examples?|tests?|bench\w*|perf\w*|mobile|tools?|build|legacy|vs\d+)(?:$|[._-])"
)


@dataclass(frozen=True, slots=True)
class Solution:
    """One solution file and the .NET projects that it names and the repository has."""

    folder: Folder
    file: str
    projects: tuple[Project, ...]

    @property
    def source(self) -> Evidence:
        """The first project line."""
        found = _LISTED.search(self.folder.text(self.file))
        line = line_of(self.folder.text(self.file), found.group(0)) if found else 1
        return self.folder.evidence(self.file, "dotnet.solution", line=line)

    @property
    def beside(self) -> bool:
        """Tell whether its name says that it is for another occasion than the daily build."""
        return bool(_BESIDE.search(self.file.rpartition(".")[0]))


def solutions_of(folder: Folder) -> list[Solution]:
    """Return a folder's solutions that name a .NET project, the one to build first; one of C++ projects alone is none."""
    return folder.files.once(_all_solutions).get(folder.path, [])


def listed_folders(files: Files) -> frozenset[str]:
    """Return the folders of all projects that some solution names; call it as ``files.once(listed_folders)``."""
    every = files.once(_all_solutions).values()
    return frozenset(
        project.folder.path
        for solutions in every
        for solution in solutions
        for project in solution.projects
        if project.folder.path != solution.folder.path
    )


def _all_solutions(files: Files) -> dict[str, list[Solution]]:
    found: dict[str, list[Solution]] = {}
    for path, folder in files.folders.items():
        known = [_solution(folder, name) for name in sorted(folder.names) if name.endswith(SOLUTIONS)]
        known = [solution for solution in known if solution.projects]
        if known:
            run = files.once(ci_text)
            found[path] = sorted(known, key=lambda one: _preference(one, run))
    return found


def _solution(folder: Folder, file: str) -> Solution:
    paths = [path.replace("\\", "/") for path in _LISTED.findall(folder.text(file))]
    known = (
        project_at(folder.files, posixpath.normpath(posixpath.join(folder.path, path))) for path in dict.fromkeys(paths)
    )
    return Solution(folder, file, tuple(project for project in known if project is not None))


def _preference(solution: Solution, run_by_ci: str) -> tuple[bool, bool, int, bool, str]:
    named = re.search(rf"(?:^|[\s/\"'=]){re.escape(solution.file)}\b", run_by_ci, re.MULTILINE) is not None
    return not named, solution.beside, -len(solution.projects), not solution.file.endswith(".slnx"), solution.file
