"""Benchmarks: each module measures something and prints figures beside those of a named peer; none asserts a time."""
