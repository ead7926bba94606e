"""How a run stands, for people and programs, from its journal alone."""
