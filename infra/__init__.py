"""Where it runs and how it is operated."""
