"""Flows of steps: read, checked, planned, and carried through by a pure machine."""
