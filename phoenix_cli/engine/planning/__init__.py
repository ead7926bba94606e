"""What can be said of a flow before it runs: order, critical path, expected duration, what binds."""
