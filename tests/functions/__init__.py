"""The functions tests."""
