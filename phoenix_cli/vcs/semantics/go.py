"""Go.

Not seen: fields, which type a value is of (a method counts where its type is named in the same package or file), interfaces,
types beyond the outermost name, and build tags other than those of a file's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from phoenix_cli.vcs.semantics.model import Definition, Facts, Import, Language, Signature, Use
from phoenix_cli.vcs.semantics.tokens import Code

_WORDS = frozenset(
    "func return if else for range switch case default go defer select type struct interface map chan var const package"
    " import".split()
)
_SYSTEMS = frozenset(
    "linux windows darwin freebsd netbsd openbsd plan9 js wasm amd64 arm64 arm 386 unix android ios solaris aix other".split()
)


def read(text: str) -> Facts | None:
    """Return the facts of a file."""
    code = Code(text, "go")
    package = next((code.text(at + 1) for at in range(len(code.tokens)) if code.text(at) == "package"), "")
    if not package:
        return None
    definitions = tuple(_definitions(code))
    imports = tuple(_imports(code))
    bound = {one.name.rpartition(".")[2] for one in definitions} | {one.alias for one in imports} | set(_bound(code))
    return Facts(
        definitions,
        imports,
        tuple(_uses(code)),
        frozenset(bound),
        f"{package}!" if "go:build" in text[:2_000] else package,
    )


def _definitions(code: Code) -> Iterator[Definition]:
    for at, token in enumerate(code.tokens):
        if code.depth[at] != 0 or token.kind != "name":
            continue
        after = at + 1
        if token.text == "func":
            yield from _function(code, after)
        elif token.text in ("type", "const", "var") and code.text(after) == "(":
            yield from _block(code, after, token.text)
        elif token.text in ("type", "const", "var") and code.is_name(after):
            yield Definition(code.text(after), token.line, None, token.text)


def _function(code: Code, at: int) -> Iterator[Definition]:
    owner = ""
    if code.text(at) == "(":
        names = [code.text(place) for place in range(at + 1, code.mate.get(at, at)) if code.is_name(place)]
        owner = f"{names[1] if len(names) > 1 else names[0]}." if names else ""
        at = code.mate.get(at, at) + 1
    if code.is_name(at) and code.text(at) not in ("init", "_"):
        opening = at + 1
        if code.text(opening) == "[":
            opening = code.mate.get(opening, opening) + 1
        yield Definition(
            owner + code.text(at), code.tokens[at].line, _signature(code, opening), "method" if owner else "function"
        )


def _block(code: Code, opening: int, kind: str) -> Iterator[Definition]:
    line = 0
    for at in range(opening + 1, code.mate.get(opening, opening)):
        token = code.tokens[at]
        if code.depth[at] == 1 and token.line != line and token.kind == "name" and token.text != "_":
            yield Definition(token.text, token.line, None, kind)
        if code.depth[at] == 1 or token.text in ")}]":
            line = token.line


def _signature(code: Code, at: int) -> Signature | None:
    if code.text(at) != "(":
        return None
    groups = [[code.text(place) for place in range(start, end)] for start, end in code.parts(at)]
    variadic = bool(groups) and "..." in groups[-1]
    count = len(groups)
    close = code.mate.get(at, at)
    named = any(
        len(words) > 1 and words[0] not in ("*", "[", "...", "func", "map", "chan") and words[1] != "."
        for words in groups
    )
    types = tuple(_outer(words[1:] if named and len(words) > 1 else ["" if named else words[0]]) for words in groups)
    return Signature(count - variadic, None if variadic else count, types=(*types, _results(code, close)))


def _outer(words: list[str]) -> str:
    prefix = "*" if words[:1] == ["*"] else ""
    plain = words[1:] if prefix else words
    return prefix + plain[0] if len(plain) == 1 and plain[0].isidentifier() else ""


def _results(code: Code, close: int) -> str:
    """Return how many results there are, and the type of a lone one: what a caller has to take."""
    after = code.text(close + 1)
    if after == "{" or not after or code.tokens[close + 1].line != code.tokens[close].line:
        return "0"
    if after == "(":
        return str(len(code.parts(close + 1)))
    return "1"


def _imports(code: Code) -> Iterator[Import]:
    for at, token in enumerate(code.tokens):
        if code.depth[at] == 0 and token.kind == "name" and token.text == "import":
            end = code.mate.get(at + 1, at + 2) if code.text(at + 1) == "(" else at + 2
            for place in range(at + 1, min(end + 1, len(code.tokens))):
                if code.tokens[place].kind == "string":
                    module = code.tokens[place].text[1:-1]
                    alias = (
                        code.text(place - 1)
                        if code.is_name(place - 1) and code.text(place - 1) != "import"
                        else module.rpartition("/")[2]
                    )
                    yield Import(module, "", alias, code.tokens[place].line)


def _uses(code: Code) -> Iterator[Use]:
    for at, token in enumerate(code.tokens):
        if token.kind != "name" or token.text in _WORDS or code.text(at - 1) in ("func", "type", "package"):
            continue
        owner = (code.text(at - 2) if code.is_name(at - 2) else "?") if code.text(at - 1) == "." else ""
        if not owner and code.text(at + 1) == ":" and code.text(at - 1) in ("{", ",", "case"):
            continue  # a field in a literal
        if code.depth[at] == 0 and code.text(at - 1) == ")":
            continue  # the name in a method's own head
        count = code.count(at + 1) if code.text(at + 1) == "(" else None
        opening = at + 1
        nested = count == 1 and any(
            code.text(place) == "(" for place in range(opening + 1, code.mate.get(opening, opening))
        )
        yield Use(token.text, owner, token.line, None if nested else count)  # f(g()) passes on all that g returns


def _bound(code: Code) -> Iterator[str]:
    for at, token in enumerate(code.tokens):
        if token.kind == "name" and code.text(at + 1) in (":=", ",") and code.text(at - 1) not in (".",):
            yield from [token.text] if code.text(at + 1) == ":=" or _assigned(code, at) else []
        elif (token.kind == "name" and code.text(at - 1) in ("var", "const", "type", "func")) or (
            token.kind == "name"
            and code.depth[at] == 1
            and code.text(at - 1) in ("(", ",")
            and (code.is_name(at + 1) or code.text(at + 1) in ("*", "[", "..."))
        ):
            yield token.text


def _assigned(code: Code, at: int) -> bool:
    return any(
        code.text(place) == ":=" and code.tokens[place].line == code.tokens[at].line
        for place in range(at, min(at + 12, len(code.tokens)))
    )


def leads_to(module: str, origin: str, path: str) -> bool:
    """Tell whether an import path may be the folder of a file: it ends as that does."""
    folder = str(PurePosixPath(path).parent)
    return folder != "." and (module == folder or module.endswith(f"/{folder}"))


def scope(path: str, facts: Facts) -> str:
    """Return what a file shares its names with: all files of its folder and package, but none that is for one system."""
    words = PurePosixPath(path).stem.removesuffix("_test").split("_")
    if set(words[1:]) & _SYSTEMS or facts.package.endswith("!"):
        return path
    return f"{PurePosixPath(path).parent}:{facts.package}"


GO = Language("Go", (".go",), read, leads_to, scope, frozenset("Error String Close Get Set Len Read Write".split()))
