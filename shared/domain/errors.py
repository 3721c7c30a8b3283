"""The one exception tree, by who has to act.

::

    AlphaGexError
    ├── InvalidValueError        the user or a vendor gave something impossible: field, value, remedy
    │   └── InvalidConfigurationError   a configuration document does not validate
    ├── FeedError                a data vendor gave no usable answer: fall back, or the snapshot is invalid
    │   ├── FeedUnavailableError        no answer, 5xx, timeout, or an empty one
    │   ├── MalformedReplyError         an answer that cannot be read; names the field's path
    │   ├── NotEntitledError            the plan does not include this data; do not ask again today
    │   └── RateLimitedError            too many calls; names the seconds to wait
    ├── OrderError               an order did not simply go through
    │   ├── OrderDeniedError            refused by us, before it left
    │   ├── OrderRejectedError          refused by the broker, with its codes and words; it is not live
    │   ├── OrderFinalError             cancel or modify of an order that has already ended
    │   └── OrderUnknownError           no proof either way: reconcile, never send again
    ├── CredentialsError         the broker or vendor refused the key; a person must act
    └── StoreError               the state could not be read or written
        ├── ConflictError               somebody else changed the item first; read again
        └── NewerSchemaError            an item was written by a newer version; set it aside, lose nothing
"""


class AlphaGexError(Exception):
    """Anything this system says went wrong."""


class InvalidValueError(AlphaGexError):
    """A field holds an impossible value."""

    def __init__(self, field: str, value: object, remedy: str) -> None:
        super().__init__(f"{field}: {value!r} is not valid; {remedy}")
        self.field = field
        self.value = value
        self.remedy = remedy


class InvalidConfigurationError(InvalidValueError):
    """A configuration document does not validate."""


class FeedError(AlphaGexError):
    """A data vendor gave no usable answer."""


class FeedUnavailableError(FeedError):
    """The vendor did not answer, or answered with nothing."""


class MalformedReplyError(FeedError):
    """The vendor's answer cannot be read."""

    def __init__(self, source: str, path: str, found: object) -> None:
        super().__init__(f"{source}: {path} cannot be read: {str(found)[:200]!r}")
        self.source = source
        self.path = path


class NotEntitledError(FeedError):
    """The user's plan does not include this data."""


class RateLimitedError(FeedError):
    """The vendor wants us to wait."""

    def __init__(self, source: str, wait_seconds: float) -> None:
        super().__init__(f"{source}: rate limit reached; {wait_seconds:.1f} s to wait")
        self.wait_seconds = wait_seconds


class CredentialsError(AlphaGexError):
    """The broker or a vendor refused the key."""


class OrderError(AlphaGexError):
    """An order did not simply go through."""


class OrderDeniedError(OrderError):
    """We refused the order before it left."""


class OrderRejectedError(OrderError):
    """The broker refused the order; it is not live."""

    def __init__(self, codes: tuple[str, ...], text: str) -> None:
        super().__init__(text or ", ".join(codes))
        self.codes = codes


class OrderFinalError(OrderError):
    """The order had already ended; its status says how."""

    def __init__(self, order_id: str, status: str) -> None:
        super().__init__(f"order {order_id} had already ended: {status}")
        self.order_id = order_id
        self.status = status


class OrderUnknownError(OrderError):
    """Nobody can say whether the order is live: reconcile, never send again."""


class StoreError(AlphaGexError):
    """The state could not be read or written."""


class ConflictError(StoreError):
    """Somebody else changed the item first."""

    def __init__(self, what: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(f"{what}: {', '.join(reasons) or 'changed by another writer'}")
        self.reasons = reasons


class NewerSchemaError(StoreError):
    """An item was written by a newer version of this program."""
