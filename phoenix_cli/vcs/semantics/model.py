"""What one version of one file says, in words that fit every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Signature:
    """How something may be called. ``most`` is None for any number; ``words`` are names that may be passed by name,
    ``needed`` those that must. ``types`` are the outermost types of parameters and result where they are written down."""

    least: int = 0
    most: int | None = None
    words: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    any_word: bool = True
    types: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A name that a file gives. Members are written ``Type.member``. ``signature`` is None for what is not called."""

    name: str
    line: int
    signature: Signature | None = None
    kind: str = "name"


@dataclass(frozen=True, slots=True)
class Import:
    """A name taken from a module: ``name`` is "" for the module itself, "*" for all of it."""

    module: str
    name: str
    alias: str
    line: int


@dataclass(frozen=True, slots=True)
class Use:
    """A name that is read or called. ``owner`` is what stands before its dot; ``count`` the positional arguments of a call,
    None where it is no call or cannot be counted."""

    name: str
    owner: str
    line: int
    count: int | None = None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """One version of one file. ``bound`` are names that the file itself gives a meaning to, in any scope."""

    definitions: tuple[Definition, ...] = ()
    imports: tuple[Import, ...] = ()
    uses: tuple[Use, ...] = ()
    bound: frozenset[str] = field(default=frozenset(), repr=False)
    package: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language is read. ``read`` returns None for a text that is none of it; ``leads_to`` tells whether an
    import's module, named in the first path, may be the file at the second; ``scope`` says which files share their names."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[str], Facts | None]
    leads_to: Callable[[str, str, str], bool]
    scope: Callable[[str, Facts], str]
    common: frozenset[str] = frozenset()


def accepts(signature: Signature, use: Use) -> bool:
    """Tell whether a call fits a signature; what cannot be counted fits."""
    if use.count is None:
        return True
    if signature.most is not None and use.count > signature.most:
        return False
    if not signature.any_word and not use.words <= signature.words:
        return False
    by_name = {name for name in signature.positional[use.count :] if name in use.words}
    return use.count + len(by_name) >= signature.least and signature.needed <= use.words
