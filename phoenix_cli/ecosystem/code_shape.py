"""The shape of a repository's code: what is code and what surrounds it, which language and which folder most of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from phoenix_cli.ecosystem.facts import Component
from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.languages import family_of, folder_shares, language_shares, share_of

#: What surrounds the code rather than being it; never what makes a folder the main one.
_AROUND = frozenset(
    ("github-actions", "gitlab-ci", "circleci", "travis", "azure-pipelines", "appveyor", "cirrus", "jenkins", "buildkite",
     "drone", "woodpecker", "bitbucket-pipelines", "semaphore", "builds.sr.ht", "cloudbuild", "pre-commit", "docker", "compose",
     "devcontainer", "procfile", "mkdocs", "sphinx", "mdbook", "hugo", "jekyll", "nix", "devbox", "devenv", "mise", "helm",
     "kustomize", "terraform", "opentofu", "terragrunt", "pulumi", "packer", "ansible", "skaffold", "tilt", "okteto", "garden",
     "devspace", "vagrant")
)  # fmt: skip
_OF_C = frozenset(("make", "cmake", "autotools", "meson"))  # told by no language of their own
#: Languages whose applications come with assets in JavaScript, which are many small files. Python is as often the helper.
_WITH_ASSETS = ("php", "ruby", "elixir")
COMPANION, MUCH = 0.5, 0.35


@dataclass(frozen=True, slots=True)
class Code:
    """What files say beside the components: language -> share, folder -> share of the code; the repository's name."""

    languages: Mapping[str, float] = field(default_factory=dict)
    folders: Mapping[str, float] = field(default_factory=dict)
    title: str = ""


def shape_of(files: Files, path: str) -> Code:
    """Return the shape of a repository whose folder or address is ``path``."""
    return Code(files.once(language_shares), files.once(folder_shares), path.rstrip("/").rpartition("/")[2])


def is_code(component: Component) -> bool:
    """Tell whether a component is code itself rather than what surrounds code."""
    return component.system not in _AROUND


def share_beside(component: Component, components: Sequence[Component], code: Code) -> float:
    """Return how much of the code beside a component is in its language: 1 for the most used one, or for none at all."""
    if share_of(component.language, code.languages) is None:
        return 1.0
    beside = _languages_in(component.dir, components, code.languages)
    most = max(beside.values(), default=0.0)
    return beside.get(family_of(component.language), 0.0) / most if most else 1.0


def _languages_in(dir: str, components: Sequence[Component], shares: Mapping[str, float]) -> dict[str, float]:
    """Return the shares of the languages that have a component in a folder."""
    here = [one for one in components if one.dir == dir and is_code(one)]
    found = {family_of(one.language): share_of(one.language, shares) or 0.0 for one in here}
    if any(one.system in _OF_C for one in here):
        found["c"] = shares.get("c", 0.0)
    serving = max((found.get(language, 0.0) for language in _WITH_ASSETS), default=0.0)
    if serving > MUCH * found.get("javascript", 1.0):
        found["javascript"] = COMPANION * found.get("javascript", 0.0)
    return found


def side_by_side(components: Sequence[Component]) -> int:
    """Count the folders of components that are in no other one's folder."""
    dirs = {one.dir for one in components if one.dir}
    return sum(1 for dir in dirs if not any(above in dirs for above in _above(dir)))


def _above(dir: str) -> list[str]:
    parts = dir.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
