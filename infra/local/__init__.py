"""The laptop stage: embedded AWS, simulated vendors, replay."""
