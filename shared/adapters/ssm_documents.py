"""Configuration documents as an operator changes them: in the place of what was read, never of what came since."""

from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from shared.adapters.ssm import translated
from shared.domain.errors import ConflictError

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient


class Stored(NamedTuple):
    """A document and its version; None and 0 where there is none yet."""

    text: str | None
    version: int


class SsmDocuments:
    """Reads documents with their versions, and replaces what was read."""

    def __init__(self, client: "SSMClient") -> None:
        """Use this client."""
        self._client = client

    def read(self, name: str) -> Stored:
        """Return a document as it stands."""
        with translated(f"read {name}"):
            found = self._client.get_parameters(Names=[name])["Parameters"]
        return Stored(found[0]["Value"], found[0]["Version"]) if found else Stored(None, 0)

    def replace(self, name: str, text: str, seen: Stored) -> None:
        """Store a document where the seen one still stands.

        SSM overwrites without a condition, so the version is read again just before. What somebody stores in the
        milliseconds between is overwritten; the version that SSM answers with betrays it, and the other's text stays
        in the parameter's history. A first document takes no such risk: SSM refuses to make it twice.

        Raises:
            ConflictError: somebody changed it since it was read, and nothing was stored; or, as its words say, at the
                same moment, and this one was stored over it.
        """
        if seen.version == 0:
            self._create(name, text)
            return
        if self.read(name).version != seen.version:
            raise ConflictError(f"{name} was changed since it was read")
        with translated(f"write {name}"):
            version = self._client.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)["Version"]
        if version != seen.version + 1:
            history = f"aws ssm get-parameter-history --name {name}"
            raise ConflictError(
                f"{name}: yours was stored over version {version - 1} of the same moment; see `{history}`"
            )

    def _create(self, name: str, text: str) -> None:
        with translated(f"write {name}"):
            try:
                self._client.put_parameter(Name=name, Value=text, Type="String", Overwrite=False)
            except ClientError as error:
                if error.response["Error"]["Code"] == "ParameterAlreadyExists":
                    raise ConflictError(f"{name} was made since it was read") from error
                raise
