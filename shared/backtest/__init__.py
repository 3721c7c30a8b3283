"""The market model, its history, and later the runner over the same phases."""
