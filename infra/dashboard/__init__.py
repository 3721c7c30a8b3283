"""The page in the browser: a loopback server that asks the API in this process, with the user's own credentials."""
