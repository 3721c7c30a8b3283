"""After the close: the day in one message."""
