"""Is this machine ready: tools, state, sandbox."""
