"""What can go wrong before a deploy, each with what the user can do about it."""


class StageError(Exception):
    """The stack cannot be made as things are; the message says what is wrong, then the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}; {remedy}")
        self.message = message
        self.remedy = remedy
