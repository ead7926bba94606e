"""BLAKE2b without OpenSSL: ``hashlib`` loads that library, 3 ms of each command, and then takes this very function."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # a Python that was built otherwise
    from hashlib import blake2b

__all__ = ["blake2b"]
