"""``phoenix ecosystem``: one file for each kind of verb."""

from phoenix_cli.cli.ecosystem import bringing, checking, knowing, running, serving
from phoenix_cli.cli.ecosystem.verbs import app

__all__ = ["app", "bringing", "checking", "knowing", "running", "serving"]
