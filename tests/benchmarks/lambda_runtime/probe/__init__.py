"""What stands before a handler that is measured."""
