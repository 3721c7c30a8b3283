"""What can go wrong in setting up the laptop stage, each with what the user can do about it."""


class LocalStageError(Exception):
    """The laptop stage cannot run as things are.

    `message` says what is wrong, `remedy` what to do; the command line shows both in one line and exits with 2.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}; {remedy}")
        self.message = message
        self.remedy = remedy
