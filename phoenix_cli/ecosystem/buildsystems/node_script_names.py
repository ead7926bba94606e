"""What names of package.json scripts say: the conventions of npm's world, with how sure each is to be the main one."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.facts import Role

_EXACT: dict[Role, dict[float, str]] = {
    "test": {
        0.95: "test",
        0.85: "tests test-all test:all",
        0.8: "test:ci test-ci ci:test test:run test:once run-tests",
        0.75: "test:unit test-unit unit-test unit-tests unit:test unit test:js test:node tests:unit",
        0.65: "jest vitest mocha tap spec test:jest test:vitest test:mocha test:spec test:app test:src",
        0.45: "test:coverage test:cov coverage cov test-coverage cover test:integration test-integration test:e2e e2e test:int",
    },
    "build": {
        0.95: "build",
        0.85: "build:all build-all compile",
        0.8: "build:prod build:production build-prod build-production build:release",
        0.7: "bundle dist build:app build:lib build:dist build:packages build:web build:ci build:main build:js build:ts"
             " build-app",
        0.6: "build:src build:client build:server build:esm build:cjs build:node build:types build:core build:frontend"
             " build:backend production prod make transpile build:dev build:development build:electron",
        0.45: "package all pack generate build:css build:win build:mac build:linux",
    },
    "start": {
        0.95: "start",
        0.85: "start:prod start:production start-prod prod:start start:server start-server",
        0.7: "serve server start:app start:web start:api start:backend start:client start:frontend run serve:prod",
        0.5: "start:all start:local up launch",
    },
    "dev": {
        0.95: "dev",
        0.9: "develop start:dev dev:start start-dev start:development",
        0.8: "serve:dev dev:server dev-server dev:all dev:watch dev:app dev:web start:watch start:local-dev",
        0.6: "watch dev:client dev:frontend dev:backend dev:api start:debug watch:dev watch:all build:watch build-watch"
             " watch:build development hot dev:local",
    },
    "lint": {
        0.95: "lint",
        0.85: "lint:all lint:check lint-all lint:ci linter lint:code",
        0.75: "eslint lint:js lint:ts lint:eslint lint:src lint:biome biome:lint lint:es xo standard lint:packages",
        0.6: "style tslint lint:quiet oxlint lint:oxlint lint:strict code:lint biome",
    },
    "format": {
        0.95: "format fmt",
        0.8: "prettier prettify format:write format:fix prettier:write prettier:fix lint:fix lint-fix fix eslint:fix format:all"
             " lintfix fmt:fix style:fix fix:all format:code biome:fix lint:write",
    },
    "check": {
        0.95: "typecheck type-check check",
        0.8: "check:types types:check type:check tsc check-types lint:types ts:check check:ts check:all ci validate verify"
             " test:types test:typecheck types typecheck:all lint:tsc test:type typings check:type",
        0.6: "format:check fmt:check prettier:check check:format format-check check-format lint:format precommit pre-commit"
             " lint-staged qa lint:prettier",
    },
    "docs": {0.8: "docs doc docs:build build:docs docs-build build-docs docs:dev dev:docs docs:start storybook build-storybook"
                  " build:storybook storybook:build typedoc jsdoc site website api-docs"},
    "release": {0.8: "release deploy publish changeset version bump release:ci semantic-release ship gh-pages np"},
    "install": {0.5: "setup bootstrap init deps install:all install-all install:deps postclone bootstrap:all install:dev sync"},
}  # fmt: skip
_TABLE = {
    word: (role, sure) for role, levels in _EXACT.items() for sure, words in levels.items() for word in words.split()
}

#: Heads whose other variants still play the role, with how sure; tails that make something else of them.
_HEADS: dict[str, tuple[Role, float]] = {
    "test": ("test", 0.5), "tests": ("test", 0.5), "lint": ("lint", 0.55), "eslint": ("lint", 0.5), "dev": ("dev", 0.55),
    "start": ("start", 0.5), "serve": ("start", 0.4), "watch": ("dev", 0.4), "format": ("format", 0.5), "fmt": ("format", 0.5),
    "prettier": ("format", 0.5), "fix": ("format", 0.5), "check": ("check", 0.6), "typecheck": ("check", 0.6),
    "docs": ("docs", 0.6), "storybook": ("docs", 0.5), "release": ("release", 0.6), "deploy": ("release", 0.6),
    "publish": ("release", 0.6), "changeset": ("release", 0.5),
}  # fmt: skip
_ASIDE = re.compile(
    r"(?:^|[:_.\-/])(?:examples?|demos?|playground|sandbox|bench\w*|perf|clean|docker|seed|migrate|fixtures?|snapshots?|update|"
    r"debug|inspect|analy[sz]e|open|ui|report|size|stats|profile|i18n|locales?|icons?|assets?|templates?|mock\w*|db|staged|"
    r"validation|schema|codegen|generate[dr]?|sync-version|version|registry|postman|image|container)(?=$|[:_.\-/])"
)
_DOCUMENTS = re.compile(r"(?:^|[:_.\-/])(?:docs?|storybook|website|site|typedoc)(?=$|[:_.\-/])")
_FIXES = re.compile(r"(?:^|[:_.\-/])(?:fix|write)(?=$|[:_.\-/])")
_SPLIT = re.compile(r"[:_.\-/]")


def by_name(name: str) -> tuple[Role, float]:
    """Return what a script's name says: a role, and how sure it is that this is the role's main script."""
    low = name.strip().lower().replace("_", "-")
    known = _TABLE.get(low)
    if known is not None:
        return known
    if _ASIDE.search(low):
        return "other", 0.5
    if _FIXES.search(low):
        return "format", 0.5
    if _DOCUMENTS.search(low):
        return "docs", 0.5
    head, *tail = _SPLIT.split(low)
    if head in ("start", "serve", "run") and not {"dev", "development"}.isdisjoint(tail):
        return "dev", 0.6
    return _HEADS.get(head, ("other", 0.5)) if tail else ("other", 0.5)


def may_be_main(name: str) -> bool:
    """Tell whether a script of an unknown name may still be somebody's main one: ``unit``, not ``update:snapshots``."""
    return not _ASIDE.search(name.lower())
