"""Completion for bash, zsh and fish: scripts, installation, and the words that are offered."""
