"""The market model and its history, the runner over the same phases, and calibration."""
