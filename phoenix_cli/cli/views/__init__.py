"""Plain results to text for people."""
