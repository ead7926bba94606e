"""Checks of a repository that only read it: nothing of it is run, whatever its trust."""
