"""``phoenix ecosystem``: one file for each kind of verb."""

from phoenix_cli.cli.ecosystem import bringing, knowing, running, serving
from phoenix_cli.cli.ecosystem.verbs import app

__all__ = ["app", "bringing", "knowing", "running", "serving"]
