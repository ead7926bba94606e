"""The cache: a content-addressed store for all processes of a home, and the results of steps in it."""
