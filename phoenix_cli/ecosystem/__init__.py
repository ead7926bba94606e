"""Repositories on this machine: import them, know them, build them, run them."""
