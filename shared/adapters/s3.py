"""Objects in one bucket of S3."""

from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.aws import client_config
from shared.domain.errors import StoreError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


def s3_client() -> "S3Client":
    """Make a client of S3, of the environment it runs in."""
    session = botocore.session.get_session()
    return cast("S3Client", session.create_client("s3", config=client_config()))


class Bucket:
    """A port `Objects` over one bucket."""

    def __init__(self, client: "S3Client", name: str) -> None:
        """Take a client and the bucket's name."""
        self._client = client
        self.name = name

    def read(self, key: str) -> bytes:
        """Return an object.

        Raises:
            StoreError: it is not there, or cannot be read.
        """
        try:
            return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise StoreError(f"s3://{self.name}/{key}: {error}") from error

    def write(self, key: str, data: bytes) -> None:
        """Store an object, in place of an older one.

        Raises:
            StoreError: it cannot be stored.
        """
        try:
            self._client.put_object(Bucket=self.name, Key=key, Body=data)
        except (BotoCoreError, ClientError) as error:
            raise StoreError(f"s3://{self.name}/{key}: {error}") from error

    def keys(self, prefix: str) -> list[str]:
        """List the keys that begin so, ascending.

        Raises:
            StoreError: they cannot be listed.
        """
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
            return [one["Key"] for page in pages for one in page.get("Contents", ())]
        except (BotoCoreError, ClientError) as error:
            raise StoreError(f"s3://{self.name}/{prefix}: {error}") from error
