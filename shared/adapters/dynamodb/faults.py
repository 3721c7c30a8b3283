"""The one place where what DynamoDB and its libraries throw becomes our own exception tree."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from shared.domain.errors import StoreError


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn a library's error into StoreError, saying what was being done."""
    try:
        yield
    except (PynamoDBException, BotoCoreError, ClientError) as error:
        raise StoreError(f"{what}: {error}") from error
