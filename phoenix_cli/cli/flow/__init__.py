"""``phoenix flow``: one file for each kind of verb."""

from phoenix_cli.cli.flow import running, telling
from phoenix_cli.cli.flow.verbs import app

__all__ = ["app", "running", "telling"]
