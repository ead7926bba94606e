"""Who needs whom: references, rules, matrix, critical path, forecast, simulation. Pure."""
