"""(being written)"""


class UnknownAccountError(Exception):
    """No such account."""
