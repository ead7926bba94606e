"""What performs the steps of a run: one narrow interface, and those who stand behind it."""
