"""Bring repositories in, keep them up to date, take them away; and never show one that is not whole."""
