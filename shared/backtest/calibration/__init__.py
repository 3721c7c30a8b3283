"""Calibration: parameters judged by walking forward over windows that hold whole trades."""
