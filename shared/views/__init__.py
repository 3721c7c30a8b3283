"""What an operator reads, made of the ports: the same answers for the HTTP API, the command line and the page."""
