"""Peers at a like task, each run by the Python of .venv-peers; a script prints one line of JSON."""
