"""Merges that touch nothing: what branches would do to each other, the tree they come to, and how work is kept safe."""
