"""Rust.

Not seen: what macros make, fields, trait bounds, types beyond the outermost name, features under ``cfg``, and which type a value
is of (a method counts where its type is named in the same file).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from phoenix_cli.vcs.semantics.model import Definition, Facts, Import, Language, Signature, Use
from phoenix_cli.vcs.semantics.tokens import Code

_ITEMS = {
    "struct": "type",
    "enum": "type",
    "trait": "type",
    "type": "type",
    "union": "type",
    "const": "const",
    "static": "const",
}
_WORDS = frozenset(
    "fn let mut pub use mod impl for in if else match while loop return ref move where as self Self super crate dyn".split()
)


def read(text: str) -> Facts | None:
    """Return the facts of a module file; modules inside it, such as its tests, are not looked into for definitions."""
    code = Code(text, "rust")
    definitions = tuple(_items(code, 0, len(code.tokens), 0, ""))
    imports = tuple(_imports(code))
    bound = {one.name.rpartition(".")[2] for one in definitions} | {one.alias for one in imports} | set(_bound(code))
    return Facts(definitions, imports, tuple(_uses(code)), frozenset(bound))


def _items(code: Code, start: int, end: int, depth: int, owner: str) -> Iterator[Definition]:
    for at in range(start, end):
        if not code.is_name(at) or code.depth[at] != depth:
            continue
        word, line = code.text(at - 1), code.tokens[at].line
        if code.text(at) == "impl" and not owner and code.text(at - 1) != "->":
            yield from _implementation(code, at)
        elif word == "fn":
            yield Definition(
                owner + code.text(at), line, _signature(code, at + 1, bool(owner)), "method" if owner else "function"
            )
        elif word in _ITEMS and not (word == "const" and code.text(at) == "fn"):
            yield Definition(owner + code.text(at), line, None, _ITEMS[word])
        elif word == "mod" and not owner:
            yield Definition(code.text(at), line, None, "module")
        elif code.text(at) == "macro_rules!":
            yield Definition(code.text(at + 1) + "!", line, None, "macro")


def _implementation(code: Code, at: int) -> Iterator[Definition]:
    body = at
    while body < len(code.tokens) and code.text(body) not in ("{", ";"):
        body += 1
    head = [
        place
        for place in range(at + 1, body)
        if code.is_name(place) and code.text(place) not in ("where", "mut", "dyn")
    ]
    through = next((place for place in range(at, body) if code.text(place) == "for"), None)
    if through is not None or not head:
        return  # a trait's methods come and go with the trait
    place = (code.angle(at + 1) + 1) if code.text(at + 1) == "<" else at + 1
    names = [code.text(one) for one in range(place, body) if code.is_name(one) and code.depth[one] == 0]
    if names:
        stop = next(
            (code.text(one) for one in range(place, body) if code.is_name(one) and code.text(one + 1) != "::"), names[0]
        )
        yield from _items(code, body + 1, code.mate.get(body, body), 1, f"{stop}.")


def _signature(code: Code, at: int, method: bool) -> Signature | None:
    if code.text(at) == "<":
        at = code.angle(at) + 1
    if code.text(at) != "(":
        return None
    types, least = [], 0
    for start, end in code.parts(at):
        words = [code.text(place) for place in range(start, end)]
        if "self" in words[:4] and ":" not in words[: words.index("self")]:
            continue
        least += 1
        colon = next((place for place in range(start, end) if code.text(place) == ":"), end)
        types.append(_outer(code, colon + 1))
    close = code.mate.get(at, at)
    types.append(_outer(code, close + 2) if code.text(close + 1) == "->" else "()")
    positional = least
    return Signature(positional, positional, types=tuple(types))


def _outer(code: Code, at: int) -> str:
    """Return the outermost type, "" where calls may fit several (references to slices, generics, traits)."""
    name = code.text(at) if code.is_name(at) else ""
    while name and code.text(at + 1) == "::" and code.is_name(at + 2):
        at += 2
        name = code.text(at)
    return "" if name in ("impl", "dyn") or (len(name) == 1 and name.isupper()) else name


def _imports(code: Code) -> Iterator[Import]:
    for at, token in enumerate(code.tokens):
        if token.kind == "name" and token.text == "use" and code.text(at - 1) not in (".", "::"):
            yield from _tree(code, at + 1, "", token.line)


def _tree(code: Code, at: int, above: str, line: int) -> Iterator[Import]:
    """Read ``a::b::{c, d as e, f::*}`` from one place on."""
    path = [above] if above else []
    while True:
        if code.text(at) == "{":
            for start, _ in code.parts(at):
                yield from _tree(code, start, "::".join(path), code.tokens[start].line)
            return
        word = code.text(at)
        if code.text(at + 1) == "::":
            path.append(word)
            at += 2
            continue
        alias = code.text(at + 2) if code.text(at + 1) == "as" else word
        if word == "self" and path:
            whole = "::".join(path)
            yield Import(
                whole.rpartition("::")[0], path[-1].rpartition("::")[2], alias if alias != "self" else path[-1], line
            )
        elif word and path:
            yield Import("::".join(path), word, alias, line)
        return


def _uses(code: Code) -> Iterator[Use]:
    for at, token in enumerate(code.tokens):
        if (
            token.kind != "name"
            or token.text in _WORDS
            or code.text(at - 1) in ("fn", "struct", "enum", "trait", "mod", "let", "mut")
        ):
            continue
        joint = code.text(at - 1)
        owner = (code.text(at - 2) if code.is_name(at - 2) else "?") if joint in (".", "::") else ""
        opening = at + 1
        if code.text(opening) == "::" and code.text(opening + 1) == "<":
            opening = code.angle(opening + 1) + 1
        count = code.count(opening) if code.text(opening) == "(" else None
        static = joint == "::" and owner[:1].isupper()
        yield Use(token.text, owner, token.line, None if static else count)


def _bound(code: Code) -> Iterator[str]:
    for at, token in enumerate(code.tokens):
        if token.kind == "name" and (
            code.text(at - 1) in ("let", "mut", "ref", "for", "fn", "|") or code.text(at + 1) == ":"
        ):
            yield token.text


def leads_to(module: str, origin: str, path: str) -> bool:
    """Tell whether a module's path, in one file, may be the other file."""
    target = PurePosixPath(path)
    names = [*target.parts[:-1], target.stem]
    if names[-1] in ("mod", "lib", "main"):
        root = names[-1] != "mod"
        names.pop()
        if root and names[-1:] == ["src"]:
            names[-1:] = []
            names = [*names[:-1], names[-1].replace("-", "_")] if names else ["crate"]
    words = module.split("::")
    same = PurePosixPath(origin).parent
    if words == ["crate"]:
        return target.stem in ("lib", "main") and same.is_relative_to(target.parent)
    if words[-1] in ("super", "self"):
        return path == origin or target.parent in (same, same.parent)
    return bool(names) and names[-1] == words[-1]


RUST = Language(
    "Rust", (".rs",), read, leads_to, lambda path, facts: path,
    frozenset("new len iter map get push unwrap clone into from as_str to_string is_empty insert remove next build default"
        " fmt".split()),
)  # fmt: skip
