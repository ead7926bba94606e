"""Git, in one place: the hardened runner, sources, cloning, reading trees; GitPython for repositories of our own."""
