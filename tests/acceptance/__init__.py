"""The deployed stack, end to end."""
