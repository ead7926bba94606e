"""Python calls: in threads of this process, or in warm processes of their own when they must be killable."""
