"""What a package.json starts: the application as a service, and commands that hold by convention where no script is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from phoenix_cli.ecosystem.buildsystems import node_frameworks, node_ports
from phoenix_cli.ecosystem.buildsystems.node_forms import tool_form
from phoenix_cli.ecosystem.buildsystems.node_frameworks import NEEDS_PAGE, SERVERS, Framework
from phoenix_cli.ecosystem.buildsystems.node_managers import Decision
from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest
from phoenix_cli.ecosystem.buildsystems.node_script_calls import delegates, runs
from phoenix_cli.ecosystem.buildsystems.node_script_texts import is_demo, is_docs
from phoenix_cli.ecosystem.buildsystems.own_services import HINT
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Origin, Role, Service
from phoenix_cli.ecosystem.ports import port_in_line

_RUNS_FILE = re.compile(
    r"(?:^|&&|;|\s)(?:(?:node|tsx|ts-node|nodemon|pm2|ts-node-dev)\b"
    r"|(?:bun|deno)\s+(?:run\s+)?(?:-\S+\s+)*(?:\.(?:\s|$)|[\w@./-]*(?:/|\.[cm]?[jt]sx?\b)))"
)
_LIBRARY = ("exports", "files", "module", "types", "typings", "publishConfig", "unpkg")
_PLATFORM_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml", "Procfile")
_ASSETS_ONLY = (
    "laravel-vite-plugin", "vite-plugin-ruby", "laravel-mix", "@symfony/webpack-encore", "vite-plugin-symfony",
    "@crxjs/vite-plugin",
)  # fmt: skip
_PAGES = ("index.html", "index.ejs")
_PAGE_FOLDERS = ("", "src", "public", "client", "app", "web")
_WEB_LINE = re.compile(
    r"^web:\s*(?:[A-Z_]+=\S+\s+)*(?:npm|yarn|pnpm|npx|node|bun|next|nuxt|tsx|ts-node|serve)\b", re.MULTILINE
)
#: What such a file starts is for those who test or maintain the project.
_ASIDE = re.compile(r"(?:^|[\s/])(?:tests?|e2e|playwright|cypress|scripts?|tools?|examples?|demos?|mocks?|fixtures?)/")
_TEST_FILES = re.compile(r"(?:\.test|\.spec|_test|_spec)\.[cm]?[jt]sx?$")
_OTHER_TESTERS = ("vitest", "jest", "mocha", "ava", "tap", "@playwright/test", "cypress")


def services(manifest: Manifest, commands: Sequence[Command]) -> Iterator[Service]:
    """Yield the one service that this package is, when one of its scripts starts an application of its own."""
    offered = [one for one in commands if one.role in ("start", "dev") and one.confidence >= 0.5 and one.text]
    for command in sorted(offered, key=lambda one: (one.role != "start", -one.confidence)):
        text = runs(manifest, command.text)
        if delegates(manifest, command.text) or is_demo(text) or is_docs(text):
            continue
        framework = node_frameworks.framework_of(manifest, text)
        if framework is None and not _is_server(manifest, command, text):
            continue
        if framework is not None and not _is_app(manifest, framework):
            continue
        port = _port(manifest, framework, text)
        others = [port_in_line(runs(manifest, one.text)) for one in offered if one is not command]
        if port_in_line(text) is None and port == (framework.port if framework else None):
            port = next(
                (other for other in others if other), port
            )  # what another script sets says more than the default
        yield Service(
            _name(manifest, command), command.source, manifest.folder.path, command.argv,
            port=port, confidence=HINT if _is_web_process(manifest) else 0.8 if framework else 0.6,
        )  # fmt: skip
        return


def _name(manifest: Manifest, command: Command) -> str:
    """Name the service: its folder, at the root the package, or the script where a platform file there names what runs."""
    if _is_web_process(manifest):
        return "web"
    if manifest.folder.path:
        return manifest.folder.name
    if manifest.folder.has(*_PLATFORM_FILES):
        return command.name.partition(":")[2]
    return manifest.short_name or "web"


def _is_web_process(manifest: Manifest) -> bool:
    """Tell whether the Procfile beside starts this package as its ``web``: the two are one process."""
    return _WEB_LINE.search(manifest.folder.text("Procfile")) is not None


def _is_app(manifest: Manifest, framework: Framework) -> bool:
    if framework.name not in NEEDS_PAGE:
        return True
    if manifest.depends_on(*_ASSETS_ONLY) or _is_library(manifest):
        return False
    return any(manifest.folder.at(dir).has(*_PAGES) for dir in _PAGE_FOLDERS)


def _is_library(manifest: Manifest) -> bool:
    return not manifest.data.get("private") and any(key in manifest.data for key in _LIBRARY)


def _is_server(manifest: Manifest, command: Command, text: str) -> bool:
    """Tell whether a script starts a server of the package's own with node; a command-line program is none."""
    if not _RUNS_FILE.search(text) or _ASIDE.search(f"{manifest.folder.path}/") or _ASIDE.search(text):
        return False
    if node_frameworks.built_with(manifest) or manifest.depends_on(*SERVERS):
        return not (_is_library(manifest) and command.role == "dev")
    alone = not _is_library(manifest) and not manifest.data.get("bin")
    return alone and (command.role == "start" or bool(re.search(r"\bserver\b|\bPORT\b", text)))


def _port(manifest: Manifest, framework: Framework | None, text: str) -> int | None:
    folder = manifest.folder
    port = port_in_line(text)
    if port is not None:
        return port
    if framework is not None:
        return node_ports.configured(folder, framework) or _from_environment(manifest, framework) or framework.port
    made_by = node_frameworks.built_with(manifest)
    main = manifest.data.get("main")
    return (
        (node_ports.configured(folder, made_by) if made_by else None)
        or node_ports.in_source(folder, text, main if isinstance(main, str) else "")
        or node_ports.in_environment(folder)
        or (made_by.production if made_by else None)
    )


def _from_environment(manifest: Manifest, framework: Framework) -> int | None:
    """Return PORT from an environment file for the frameworks that read it from there."""
    if framework.name == "nest":
        return node_ports.in_source(manifest.folder, "", "src/main.ts") or node_ports.in_environment(manifest.folder)
    return (
        node_ports.in_environment(manifest.folder)
        if framework.name in ("create-react-app", "strapi", "adonis")
        else None
    )


def conventions(manifest: Manifest, decision: Decision, commands: Sequence[Command]) -> list[Command]:
    """Return what one can run although no script says so: a framework's own commands, bun's tests, node's main file."""
    roles = {command.role for command in commands if command.confidence >= 0.5}
    found = list(_of_framework(manifest, decision, roles))
    if decision.manager == "bun" and "test" not in roles and _has_bun_tests(manifest):
        found.append(_convention(manifest, decision, "test", "test", ("bun", "test")))
    if not roles & {"start", "dev"} and not found and (main := _server_file(manifest)):
        program = "bun" if decision.manager == "bun" else "node"
        found.append(_convention(manifest, decision, "start", "start", (program, main), 0.6))
    return found


def _of_framework(manifest: Manifest, decision: Decision, roles: set[Role]) -> Iterator[Command]:
    if "dev" in roles or "start" in roles:
        return
    used = next((one for one in node_frameworks.FRAMEWORKS if one.dev and manifest.depends_on(*one.packages)), None)
    if used is None or _is_library(manifest):
        return
    yield _convention(manifest, decision, "dev", "dev", tool_form(decision.manager, *used.dev))
    if used.build and "build" not in roles:
        yield _convention(manifest, decision, "build", "build", tool_form(decision.manager, *used.build))


def _convention(
    manifest: Manifest, decision: Decision, task: str, role: Role, argv: tuple[str, ...], confidence: float = 0.7
) -> Command:
    scope = (manifest.name or manifest.folder.path) if manifest.folder.path else ""
    source = manifest.evidence(f"node.convention.{task}")
    origin: Origin = "default" if argv[0] in ("node", "bun") else "framework"
    return Command(
        command_name(decision.manager, task, scope), role, argv, manifest.folder.path, source,
        origin=origin, confidence=confidence,
    )  # fmt: skip


def _has_bun_tests(manifest: Manifest) -> bool:
    if manifest.depends_on(*_OTHER_TESTERS):
        return False
    return any(_TEST_FILES.search(name) for folder in manifest.folder.below() for name in folder.names)


def _server_file(manifest: Manifest) -> str | None:
    """Return the main file when it is an application's: one that listens, and no library or command-line program."""
    data = manifest.data
    if data.get("bin") or _is_library(manifest) or not manifest.depends_on(*SERVERS):
        return None
    main = data.get("main")
    names = [main.removeprefix("./")] if isinstance(main, str) else []
    return next((name for name in (*names, "server.js", "app.js", "index.js") if manifest.folder.has_file(name)), None)
