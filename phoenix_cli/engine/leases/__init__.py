"""What runs and people hold of things that all of a home share, across processes: counted, held alone, or read together."""
