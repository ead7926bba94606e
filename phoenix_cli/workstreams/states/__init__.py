"""States as a pure function of facts, how much is done, and what comes next."""
