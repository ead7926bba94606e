"""How each JavaScript manager is typed: install, run a script, run a tool that a dependency brings."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems.node_managers import Decision

Argv = tuple[str, ...]


def install_forms(decision: Decision) -> tuple[Argv, Argv | None, Argv | None]:
    """Return how to install, the form that never changes the lock, the form that needs no network."""
    plain: Argv = (decision.manager, "install")
    if decision.manager == "npm":
        first: Argv = ("npm", "ci") if decision.lock else plain
        return first, ("npm", "ci") if decision.lock else None, (*first, "--offline")
    if decision.manager == "bun":
        return plain, (*plain, "--frozen-lockfile"), None
    if decision.manager == "rush":
        return plain, plain, None  # rush install is the locked form, rush update the other
    if decision.berry:
        # Berry has a setting for this and no flag; settings are read from the environment too.
        return plain, (*plain, "--immutable"), ("env", "YARN_ENABLE_NETWORK=0", *plain, "--immutable")
    frozen = (*plain, "--frozen-lockfile") if decision.lock else None
    return plain, frozen, (*plain, "--offline")


def run_form(manager: str, script: str) -> Argv:
    """Return how to run a script of the manifest."""
    if manager == "npm" and script in ("test", "start"):
        return ("npm", script)
    if manager == "rush":
        return ("rushx", script)
    return (manager, "run", script)


def tool_form(manager: str, tool: str, *words: str) -> Argv:
    """Return how to run a program that a dependency brings: ``npx turbo``, ``pnpm turbo``, ``bunx turbo``."""
    runner: Argv = {"npm": ("npx",), "bun": ("bunx",), "rush": ("rushx",)}.get(manager, (manager,))
    return (*runner, tool, *words)
