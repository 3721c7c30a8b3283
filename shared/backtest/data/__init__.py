"""Embedded market history; see NOTICE for its source and licence."""
