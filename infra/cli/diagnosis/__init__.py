"""What `alphagex doctor` looks at, in the order of the Troubleshooting section, each with evidence and remedy."""
