"""The environment of calibrate."""

from shared.settings import Text, Variables


class CalibrateSettings(Variables):
    """What calibrate is told at deployment: where histories and outcomes are."""

    calibration_bucket: Text
