"""Flows over imported repositories: the step kind ``repo``, and the built-in flows that are written from what is known."""
