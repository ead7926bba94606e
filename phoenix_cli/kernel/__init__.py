"""What every layer stands on: errors, paths, clock, ids, state, events, processes, sandbox, locks, documents."""
