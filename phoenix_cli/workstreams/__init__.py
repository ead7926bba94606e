"""Workstreams: big work cut up, with states that follow from facts."""
