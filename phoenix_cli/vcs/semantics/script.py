"""TypeScript and JavaScript.

Not seen: names that reach a file only through ``export *``, what aliases of a bundler lead to beyond the last part of their path,
templates' insides, members of objects, types beyond the outermost name.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import PurePosixPath

from phoenix_cli.vcs.semantics.model import Definition, Facts, Import, Language, Signature, Use
from phoenix_cli.vcs.semantics.tokens import Code

_WORDS = frozenset(
    "if for while switch catch return function new typeof await async of in instanceof case else do try throw const let"
    " var class extends super this import export default from as yield void delete static get set public private protected"
    " readonly".split()
)
_TYPES = {"interface", "type", "enum", "namespace"}


def read(text: str) -> Facts | None:
    """Return the facts of a module."""
    code = Code(text, "script")
    definitions = [*_definitions(code)]
    imports = [*_imports(code)]
    bound = {one.name.rpartition(".")[2] for one in definitions} | {one.alias for one in imports} | set(_bound(code))
    return Facts(tuple(definitions), tuple(imports), tuple(_uses(code)), frozenset(bound))


def _definitions(code: Code) -> Iterator[Definition]:
    for at, token in enumerate(code.tokens):
        if token.kind != "name" or code.depth[at] != 0:
            continue
        before, after = code.text(at - 1), code.text(at + 1)
        if before in ("function", "*") and (before == "function" or code.text(at - 2) == "function"):
            yield Definition(token.text, token.line, _signature(code, at + 1), "function")
        elif before == "class":
            yield Definition(token.text, token.line, None, "class")
            yield from _members(code, at, token.text)
        elif before in _TYPES and after in ("{", "=", "<", "extends"):
            yield Definition(token.text, token.line, None, "type")
        elif before in ("const", "let", "var"):
            yield Definition(token.text, token.line, _arrow(code, at + 1), "const")
        elif token.text == "default" and before == "export":
            yield Definition("default", token.line, None, "default")
        elif before == "." and code.text(at - 2) == "exports" and after == "=":
            yield Definition(token.text, token.line, None, "name")
        elif token.text == "exports" and before == "." and after == "=" and code.text(at + 2) == "{":
            yield from _listed(code, at + 2)
        elif token.text == "export":
            opening = at + 2 if after == "type" else at + 1
            if code.text(opening) == "{":
                yield from _listed(code, opening)


def _listed(code: Code, opening: int) -> Iterator[Definition]:
    for start, end in code.parts(opening):
        names = [at for at in range(start, end) if code.is_name(at)]
        if names:
            at = names[-1] if code.text(names[-1] - 1) == "as" else names[0]
            yield Definition(code.text(at), code.tokens[at].line, None, "export")


def _members(code: Code, at: int, owner: str) -> Iterator[Definition]:
    while at < len(code.tokens) and code.text(at) not in ("{", ";"):
        at += 1
    end = code.mate.get(at, at)
    for place in range(at + 1, end):
        inside = code.is_name(place) and code.depth[place] == 1 and code.text(place) not in _WORDS
        if inside and code.text(place + 1) == "(" and code.text(code.mate.get(place + 1, place) + 1) in ("{", ":"):
            yield Definition(
                f"{owner}.{code.text(place)}", code.tokens[place].line, _signature(code, place + 1), "method"
            )


def _arrow(code: Code, at: int) -> Signature | None:
    """Return the signature of ``= (a, b) =>``; None for any other value."""
    if code.text(at) != "=":
        return None
    at += 1 + (code.text(at + 1) == "async")
    close = code.mate.get(at, at)
    return _signature(code, at) if code.text(at) == "(" and code.text(close + 1) in ("=>", ":") else None


def _signature(code: Code, at: int) -> Signature | None:
    if code.text(at) == "<":
        at = code.angle(at) + 1
    if code.text(at) != "(":
        return None
    least = most = 0
    open_end = False
    for start, end in code.parts(at):
        words = [code.text(place) for place in range(start, end)]
        if words[0] == "this":
            continue
        open_end |= words[0] == "..."
        optional = "?" in words[:3] or "=" in words or words[0] == "..."
        most += 1
        least = least if optional else most
    close = code.mate.get(at, at)
    returns = _outer(code, close + 2) if code.text(close + 1) == ":" else ""
    return Signature(least, None if open_end else most, types=(returns,) if returns else ())


def _outer(code: Code, at: int) -> str:
    name = code.text(at) if code.is_name(at) else ""
    after = code.text(code.angle(at + 1) + 1) if code.text(at + 1) == "<" else code.text(at + 1)
    return "" if after in ("|", "[", "is", ".") else name


def _imports(code: Code) -> Iterator[Import]:
    for at, token in enumerate(code.tokens):
        if token.kind == "name" and token.text in ("from", "require", "import"):
            module = next((place for place in (at + 1, at + 2) if _is_text(code, place)), 0)
            if not module or (code.text(at + 1) == "(") != (module == at + 2):
                continue
            name = code.tokens[module].text[1:-1]
            if token.text == "from":
                yield from _named(code, at, name, token.line)
            elif token.text == "require" and code.text(at - 1) == "=":
                yield from _named(code, at - 1, name, token.line)
            else:
                yield Import(name, "", "", token.line)


def _is_text(code: Code, at: int) -> bool:
    return at < len(code.tokens) and code.tokens[at].kind == "string"


def _named(code: Code, at: int, module: str, line: int) -> Iterator[Import]:
    """Read what stands before ``from`` or ``=``, back to the word that begins it."""
    start = at - 1
    while start > 0 and code.text(start) not in ("import", "export", "const", "let", "var", ";"):
        start -= 1
    opening = next((place for place in range(start, at) if code.text(place) == "{"), None)
    if code.text(start + 1) == "*" or (code.text(start) == "export" and opening is None):
        yield Import(module, "*" if code.text(start) == "export" else "", code.text(at - 1), line)
    elif code.is_name(start + 1) and code.text(start + 1) != "type":
        yield Import(module, "default", code.text(start + 1), line)
    for first, end in code.parts(opening) if opening is not None else ():
        names = [
            code.text(place)
            for place in range(first, end)
            if code.is_name(place) and code.text(place) not in ("as", "type")
        ]
        if names:
            yield Import(module, names[0], names[-1], code.tokens[first].line)


def _uses(code: Code) -> Iterator[Use]:
    for at, token in enumerate(code.tokens):
        if (
            token.kind != "name"
            or token.text in _WORDS
            or code.text(at - 1) in ("function", "class", "const", "let", "var", "interface", "type")
        ):
            continue
        owner = (code.text(at - 2) if code.is_name(at - 2) else "?") if code.text(at - 1) in (".", "?.") else ""
        if not owner and code.text(at + 1) == ":" and code.text(at - 1) in ("{", ","):
            continue  # a key of an object
        yield Use(token.text, owner, token.line, code.count(at + 1) if code.text(at + 1) == "(" else None)


def _bound(code: Code) -> Iterator[str]:
    """Yield every name that may be given a meaning inside a function: declared, destructured, or a parameter."""
    for at, token in enumerate(code.tokens):
        before, after = code.text(at - 1), code.text(at + 1)
        declared = before in ("const", "let", "var", "function", "class") or after in ("=>", "=", ":")
        listed = before in ("(", ",", "{", "[", "...") and after in (")", ",", "}", "]", "?", "=")
        if token.kind == "name" and (declared or listed) and not _is_argument(code, at):
            yield token.text


def _is_argument(code: Code, at: int) -> bool:
    """Tell whether a name between commas is passed in a call rather than declared."""
    opening = at
    while opening > 0 and not (code.text(opening) == "(" and code.mate.get(opening, 0) > at):
        if code.text(opening) in (";", "{", "}"):
            return False
        opening -= 1
    after = code.text(code.mate.get(opening, at) + 1)
    return code.is_name(opening - 1) and after not in ("{", "=>", ":")


def leads_to(module: str, origin: str, path: str) -> bool:
    """Tell whether a module named in one file may be the other: relative ones exactly, others by the tail of their path."""
    target = PurePosixPath(path)
    stem = str(target.parent if target.stem == "index" else target.with_suffix(""))
    wanted = module.removesuffix(".js").removesuffix(".ts").removesuffix(".jsx").removesuffix(".mjs")
    if wanted.startswith("."):
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(origin), wanted))
        return joined in (stem, f"{stem}/index") if target.stem == "index" else joined == stem
    tail = wanted.removeprefix("@/").removeprefix("~/")
    return "/" in wanted and not wanted.startswith("@types") and (stem == tail or stem.endswith(f"/{tail}"))


SCRIPT = Language(
    "TypeScript", (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"), read, leads_to, lambda path, facts: path,
    frozenset("map filter forEach push pop get set has then catch join find slice keys values toString call apply bind on"
        " emit".split()),
)  # fmt: skip
