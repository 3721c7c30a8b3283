"""Runs a bundle as Lambda would: AWS's own runtime client against a Runtime API on loopback."""
