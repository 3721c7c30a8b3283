"""Calibration at scale: one batch of trials, judged over one window."""
