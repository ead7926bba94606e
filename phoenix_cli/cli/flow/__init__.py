"""``phoenix flow``: one file for each kind of verb."""

from phoenix_cli.cli.flow import checking, running, telling, watching
from phoenix_cli.cli.flow.verbs import app

__all__ = ["app", "checking", "running", "telling", "watching"]
