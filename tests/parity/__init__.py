"""The same stretch of market through the functions and through the runner: the same decisions, the same fills."""
