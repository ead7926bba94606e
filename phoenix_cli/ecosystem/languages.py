"""How much of a repository is written in which language, judged by the names of its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

_SUFFIXES = {
    "javascript": "js jsx ts tsx mjs cjs mts cts vue svelte astro coffee sol",
    "python": "py pyx pyi",
    "rust": "rs",
    "go": "go",
    "java": "java kt kts groovy scala clj cljs cljc",
    "csharp": "cs fs vb cshtml razor",
    "php": "php",
    "ruby": "rb erb rake haml slim",
    "elixir": "ex exs heex eex erl hrl gleam",
    "haskell": "hs lhs purs",
    "ocaml": "ml mli re",
    "c": "c h cc cpp cxx hpp hh hxx m mm cu",
    "swift": "swift",
    "dart": "dart",
    "elm": "elm",
    "zig": "zig",
    "lua": "lua",
    "julia": "jl",
    "crystal": "cr",
    "nim": "nim",
    "r": "r",
    "perl": "pl pm t pod",
    "d": "d",
    "racket": "rkt",
    "hcl": "tf",
    "tex": "tex typ",
}
_LANGUAGE = {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_FAMILY = {
    "typescript": "javascript", "solidity": "javascript", "kotlin": "java", "scala": "java", "clojure": "java",
    "groovy": "java", "cpp": "c", "c++": "c", "objective-c": "c", "erlang": "elixir", "gleam": "elixir", "fsharp": "csharp",
    "vb": "csharp", "terraform": "hcl",
}  # fmt: skip


def language_shares(files: Files) -> dict[str, float]:
    """Return language -> number of its files against the most frequent one's, examples and the like left out."""
    counts: Counter[str] = Counter()
    for folder in files.folders.values():
        if place_of(folder.path) not in LOW_PLACES:
            counts.update(_languages(folder.names))
    most = max(counts.values(), default=1)
    return {language: count / most for language, count in counts.items()}


def folder_shares(files: Files) -> dict[str, float]:
    """Return folder -> how much of the code lies in it and below, by its number of files, examples and the like left out."""
    counts: Counter[str] = Counter()
    for folder in files.folders.values():
        own = len(_languages(folder.names)) if place_of(folder.path) not in LOW_PLACES else 0
        path = folder.path
        while own and path:
            counts[path] += own
            path = path.rpartition("/")[0]
        counts[""] += own
    return {path: count / max(1, counts[""]) for path, count in counts.items()}


def _languages(names: set[str]) -> list[str]:
    suffixes = (name.rpartition(".")[2].lower() for name in names)  # R's own files end in .R
    return [_LANGUAGE[suffix] for suffix in suffixes if suffix in _LANGUAGE]


def share_of(language: str, shares: Mapping[str, float]) -> float | None:
    """Return a component's language's share; None for one that no file ending stands for (make, yaml)."""
    family = family_of(language)
    return shares.get(family, 0.0) if family in _SUFFIXES else None


def family_of(language: str) -> str:
    """Return the language that another one's files are counted with: Kotlin with Java, TypeScript with JavaScript."""
    return _FAMILY.get(language, language)
