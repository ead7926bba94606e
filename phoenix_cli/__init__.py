"""Phoenix: one command for many repositories and many agents on one machine."""

__version__ = "0.1.0"
