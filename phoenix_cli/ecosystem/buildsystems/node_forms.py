"""How each JavaScript manager is typed: install, run a script, run a tool that a dependency brings."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems.node_managers import Decision

Argv = tuple[str, ...]

_OF_YARN_OR_PNPM = (
    "add approve-builds audit autoclean bin cache check completion config constraints create dedupe deploy dlx doctor env exec"
    " explain fetch generate-lock-entry global help i import info init install licenses link list ln login logout ls node npm"
    " outdated owner pack patch plugin policies prune publish rb rebuild recursive remove rm root run search self-update server"
    " set setup stage store tag team un uninstall unlink unplug up update upgrade version versions view why workspace workspaces"
)
_OWN_VERBS = frozenset(_OF_YARN_OR_PNPM.split())


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
    """Return how to run a script of the manifest: yarn and pnpm need no ``run``, except for names that are their own verbs."""
    if manager == "npm" and script in ("test", "start"):
        return ("npm", script)
    if manager == "rush":
        return ("rushx", script)
    if manager in ("yarn", "pnpm") and script not in _OWN_VERBS:
        return (manager, script)
    return (manager, "run", script)


def tool_form(manager: str, tool: str, *words: str) -> Argv:
    """Return how to run a program that a dependency brings: ``npx turbo``, ``pnpm turbo``, ``bunx turbo``."""
    runner: Argv = {"npm": ("npx",), "bun": ("bunx",), "rush": ("rushx",)}.get(manager, (manager,))
    return (*runner, tool, *words)
