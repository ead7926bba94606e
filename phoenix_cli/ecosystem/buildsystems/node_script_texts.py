"""What the text of a package.json script runs: watchers, linters, type checkers, demos, documentation, placeholders."""

from __future__ import annotations

import re
from functools import lru_cache

_NO_TEST = re.compile(r"no tests? (?:specified|yet|configured)", re.IGNORECASE)
_SAYS = re.compile(r"(?:echo|exit|true|false|:)(?:\s|$)")


def _words(*groups: str) -> str:
    """Join groups of words to one alternative of a regular expression."""
    return "|".join(word for group in groups for word in group.split())


_DEV = _words(
    "next nuxt nuxi astro remix vinxi blitz rsbuild modern waku vike wrangler netlify vercel rw redwood svelte-kit solid-start",
    "react-router umi max farm rspress vitepress vuepress docusaurus mastra plasmo slidev quasar snowpack electron-vite tauri",
    "sanity storybook payload directus nitro nitropack rspack wxt docz dumi father cedar turbo vp",
)
_START = _words("react-scripts craco react-app-rewired docusaurus expo react-native tsdx umi roadhog")
_SERVE = _words("ng vue-cli-service webpack rspack max ionic")
_COMPILERS = _words("tsc rollup webpack babel tsup esbuild sass microbundle swc tsdown father vue-tsc")
_WATCHERS = _words(
    "nodemon ts-node-dev tsnd node-dev live-server browser-sync webpack-dev-server start-storybook",
    "watchify budo onchange chokidar",
)
_WATCHES = re.compile(
    rf"--watch(?![=\w-]*false)\b|--hot\b|\b(?:{_WATCHERS})\b|\b(?:{_COMPILERS})\b[^&|;]*\s-\w?w\b"
    rf"|\b(?:{_DEV}|turbo run|turbo watch) dev\b|\b(?:{_START}) start\b|\b(?:{_SERVE}) (?:serve|s)\b"
    r"|\bvite(?![-\w./:@])(?!\s+(?:build|preview|optimize|ssr|start))|\bparcel(?!\s+(?:build|help|watch))\s"
    r"|\btsx watch\b|\bgatsby develop\b|\bgridsome develop\b|\bember s(?:erve|erver)?\b|\bmeteor(?: run)?(?=$|\s+--)"
    r"|\bstyleguidist server\b|\b(?:eleventy|stencil)\b[^&|;]*--serve|\bhexo (?:server|s)\b|\bgulp (?:watch|serve|dev)\b"
)
_PREVIEWS = re.compile(
    r"\b(?:vite|astro|nuxt|nuxi|vitepress|rsbuild|svelte-kit|rspress) preview\b|\b(?:gatsby|docusaurus) serve\b"
    r"|(?:^|&&|npx)\s*(?:serve|http-server|sirv|live-server|ws|lite-server)\b"
)

_TARGET = re.compile(
    r"(?:--filter|--cwd|--prefix|--dir|--workspace|\s-F|\s-C|\s-w|\bworkspace|\bcd)[=\s]+[\"']?([\w@*!./-]+)"
)
_DEMO = re.compile(
    r"(?:^|[\s/\"'=@])(?:examples?|demos?|playgrounds?|sandbox|benchmarks?|fixtures|previews?)(?=/|\s|$|[\"'])"
)
_LEFT_OUT = re.compile(r"--(?:exclude|ignore)[\w-]*[= ]\S+")
_DOCS = re.compile(r"(?:^|[\s/\"'=@])(?:docs?|website|site|documentation)(?=/|\s|$|[\"'])")
_DOCS_TOOLS = re.compile(
    r"\b(?:vitepress|vuepress|docusaurus|typedoc|rspress|slidev)\s+(?:dev|start|build|serve)\s+"
    r"[\"']?(?:\./)?(?:\w+/)*(?:docs?|website|site)\b|\b(?:styleguidist|docz|typedoc|jsdoc|api-extractor|mkdocs)\b"
)
_INSTALLS = re.compile(
    r"\b(?:npm|pnpm|yarn|bun|rush|poetry|bundle|composer|uv|pip|lerna)\s+(?:install|ci|i|bootstrap|sync)\b"
    r"|(?:^|&&\s*)yarn\s*(?:&&|$)"
)

_LINTERS = re.compile(
    "(?:"
    + _words(
        "eslint xo standard semistandard ts-standard tslint oxlint stylelint jshint markdownlint(?:-cli2)? sherif",
        "publint prettier ultracite healthier cspell ls-lint textlint solhint commitlint htmlhint remark knip depcheck",
        "eslint_d oxfmt",
    )
    + r"|(?:biome|rome) (?:lint|check|ci)|(?:next|ng|vue-cli-service|deno|vp) lint|dprint check|turbo (?:run )?lint"
    r"|lerna run lint|nx (?:run-many|affected)\b.*\blint)\b(?!-)"
)
_WRITERS = re.compile(
    r"\s(?:--write|--fix|-w|--apply|--unsafe|--output|-o)\b"
    r"|\bprettier\b(?!.*(?:--check|--list-different|\s-[cl]\b))|\bdprint fmt\b"
)
_TYPES = re.compile(
    r"(?:(?:tsc|tsgo)\b.*--noEmit(?!\s+false)|vue-tsc|svelte-check|astro check|tsd|tstyche|flow|glint|nuxi? typecheck|attw"
    r"|check-dts|dtslint|react-router typegen|svelte-kit sync)\b"
)
_TESTS = re.compile(
    "(?:"
    + _words(
        "vitest jest mocha ava tap tape uvu borp lab jasmine karma qunit wtr web-test-runner testem poku japa c8 nyc",
        "xv zora",
    )
    + r"|(?:bun|deno|playwright|react-scripts|craco|ng|ember|vp) test|cypress run|vue-cli-service test:unit"
    r"|(?:node|tsx)\b.*\s--test|turbo (?:run )?test|lerna run test|nx (?:run-many|affected)\b.*\btest)\b"
)
_WRAPPERS = re.compile(
    r"^(?:(?:[A-Z_][A-Z0-9_]*=(?:\"[^\"]*\"|\S*)|npx|bunx|pnpx|(?:pnpm|yarn|npm|bun) (?:exec|dlx|x)|cross-env(?:-shell)?"
    r"|dotenv(?: -e \S+)*(?: --)?|(?:yarn|pnpm|npm|bun)(?: run)?|time|env|run-s|run-p|npm-run-all|concurrently"
    r"|--|-[\w-]+(?:=\S+)?)\s+)+"
)


def is_placeholder(text: str) -> bool:
    """Tell whether a script only prints or exits, as npm's own ``no test specified`` does."""
    parts = re.split(r"&&|\|\||;", text)
    return bool(_NO_TEST.search(text)) or all(not part.strip() or _SAYS.match(part.strip()) for part in parts)


def watches(text: str) -> bool:
    """Tell whether it runs on and follows changes: a development server or a watcher."""
    return bool(_WATCHES.search(text))


def previews(text: str) -> bool:
    """Tell whether it serves files that were built before."""
    return bool(_PREVIEWS.search(text))


def is_demo(text: str) -> bool:
    """Tell whether it works on examples, demos or playgrounds only."""
    targets = _TARGET.findall(text)
    if targets:
        return all(_DEMO.search(target) for target in targets)
    return bool(_DEMO.search(_LEFT_OUT.sub("", text)))


def is_docs(text: str) -> bool:
    """Tell whether it works on a documentation folder only."""
    targets = _TARGET.findall(text)
    return bool(_DOCS_TOOLS.search(text)) or (bool(targets) and all(_DOCS.search(target) for target in targets))


def installs(text: str) -> bool:
    """Tell whether it gets dependencies."""
    return bool(_INSTALLS.search(text))


def tests(text: str) -> bool:
    """Tell whether one of its commands is a test runner."""
    return any(_TESTS.match(part) for part in _parts(text))


def all_tests(text: str) -> bool:
    """Tell whether every command of it is a test runner."""
    return _all(_TESTS, text)


def all_lint(text: str) -> bool:
    """Tell whether every command of it is a linter or a formatter."""
    return _all(_LINTERS, text)


def all_writers(text: str) -> bool:
    """Tell whether every command of it is a linter or formatter that changes files."""
    return _all(_LINTERS, text) and all(_WRITERS.search(part) for part in _parts(text))


def all_types(text: str) -> bool:
    """Tell whether every command of it checks types."""
    return _all(_TYPES, text)


def _all(tool: re.Pattern[str], text: str) -> bool:
    parts = _parts(text)
    return bool(parts) and all(tool.match(part) for part in parts)


@lru_cache(maxsize=2_048)
def _parts(text: str) -> tuple[str, ...]:
    """Cut a script into its commands, without what only stands around a program's name."""
    parts = (_WRAPPERS.sub("", part.strip().strip("\"'")) for part in re.split(r"&&|\|\||;|(?<![|&])&(?!&)|\|", text))
    return tuple(part for part in parts if part)
