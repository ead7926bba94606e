"""The one SQLite file."""

from phoenix_cli.kernel.state.database import State

__all__ = ["State"]
