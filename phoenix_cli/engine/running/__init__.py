"""Carry flows through: the journal, the coordinator, and what is known of runs."""
