"""Whether a line names a program that is there after an ordinary install, or one that only a platform's build makes."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.files import Folder

#: Interpreters, servers and tools that a line may begin with.
_KNOWN = re.compile(
    r"(?:python[\d.]*|py|node|nodejs|deno|bun|bunx|npm|npx|pnpm|yarn|ruby|bundle|rails|rackup|puma|unicorn|sidekiq|resque|rake"
    r"|java|mvn|gradle|sbt|clojure|clj|lein|go|cargo|dotnet|php|composer|perl|plackup|hypnotoad|mix|iex|elixir|stack|cabal"
    r"|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|uwsgi|granian|flask|fastapi|django-admin|streamlit|celery|rq|dramatiq"
    r"|honcho|newrelic-admin|ddtrace-run|opentelemetry-instrument|uv|poetry|pipenv|pdm|hatch|make|just|task|sh|bash|env|exec"
    r"|docker|redis-server|postgres|nginx|caddy|vite|next|nuxt|webpack|tsx|ts-node|nodemon|pm2|serve|http-server|tsc|esbuild"
    r"|swift|dart|flutter|julia|Rscript|R|crystal|zig|gleam|watchexec|air|templ|tailwindcss|jekyll|hugo|bin/start-\S+|heroku-php-\S+"
    r"|chamber|dotenv|foreman|mailcatcher|mailhog|mailpit|stripe|ngrok|cloudflared|minio|elasticsearch|memcached)"
)
MAX_LINE = 1_000
_PREFIX = re.compile(r"(?:exec\s+|env\s+|[A-Za-z_]\w*=\S*\s+|cd\s+\S+\s*&&\s*)+")


def is_runnable(line: str, folder: Folder) -> bool:
    """Tell whether a line's program is a known tool, a file of the repository, or a path that a build here makes."""
    text = line.strip()[:MAX_LINE]
    prefix = _PREFIX.match(text)
    words = text[prefix.end() if prefix else 0 :].split(None, 1)
    program = words[0].strip("\"'") if words else ""
    if not program or program.startswith("$"):
        return False
    return bool(_KNOWN.fullmatch(program)) or folder.has_file(program.removeprefix("./")) or "/" in program
