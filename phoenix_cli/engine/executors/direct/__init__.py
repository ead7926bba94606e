"""Commands performed by the coordinator's own process, above which a foster host stands that takes them over when it dies."""
