"""What a run was like, as one HTML file: a Gantt chart, the path that its length came from, errors, every step."""
