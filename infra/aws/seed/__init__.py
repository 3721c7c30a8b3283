"""The custom resource that gives a new stage its first parameters."""
