"""The YAML files: read within limits, cached by file state, edited by span, merged by id."""
