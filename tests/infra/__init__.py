"""The infra tests."""
