"""What the user set, in SSM: a configuration document a bot, one for the stage, the breaker's switch, and secrets."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import SecretStr

from shared.domain.config import BotConfig, SystemConfig, bot_config, parse_document, system_config
from shared.domain.errors import CredentialsError, InvalidConfigurationError, InvalidValueError, StoreError
from shared.domain.vocabulary import Bot, TradingState

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient
    from types_boto3_ssm.type_defs import ParameterHistoryTypeDef

    from shared.domain.book import Flip

SECRET_SECONDS: Final = 300.0
"""How long a secret is kept in the process, so that a renewed one is taken up soon."""
ABSENT_SECONDS: Final = 60.0
"""The same for a secret that is not there: whoever stores one waits for it to work."""
DOCUMENTS_KEPT: Final = 16
"""How many documents are known by their very text, which is read anew in each run, so as not to validate them again."""
LONGEST_DESCRIPTION: Final = 1_000
NAMES_AT_ONCE: Final = 10
"""The most parameters that one call reads."""


@dataclass(frozen=True, slots=True)
class ParameterNames:
    """The names of a stage's parameters."""

    stage: str

    @property
    def system(self) -> str:
        """The document of the stage."""
        return f"/alphagex/{self.stage}/system"

    @property
    def breaker(self) -> str:
        """The user's switch."""
        return f"/alphagex/{self.stage}/circuit-breaker"

    def bot(self, bot: Bot) -> str:
        """The document of a bot."""
        return f"/alphagex/{self.stage}/bots/{bot}"

    def secret(self, vendor: str) -> str:
        """The key of a vendor."""
        return f"/alphagex/{self.stage}/secrets/{vendor}"


class SsmParameters:
    """Reads and writes the parameters of one stage."""

    def __init__(self, client: "SSMClient", stage: str) -> None:
        """Use this client for the parameters of this stage."""
        self._client = client
        self.names = ParameterNames(stage)

    def read(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the parameters that exist, by name, secrets decrypted; one call for at most ten names."""
        if len(names) > NAMES_AT_ONCE:
            raise InvalidValueError("names", len(names), f"read at most {NAMES_AT_ONCE} parameters at once")
        with translated(f"read {', '.join(names)}"):
            reply = self._client.get_parameters(Names=list(names), WithDecryption=True)
        return {found["Name"]: found["Value"] for found in reply["Parameters"]}

    def put_bot(self, bot: Bot, document: str) -> BotConfig:
        """Store a bot's document after validating it, and return what it means.

        Raises:
            InvalidConfigurationError: it does not validate; nothing was stored.
        """
        name = self.names.bot(bot)
        config = _bot_of(bot, name, document)
        self._put(name, document)
        return config

    def put_system(self, document: str) -> SystemConfig:
        """Store the stage's document after validating it, and return what it means.

        Raises:
            InvalidConfigurationError: it does not validate; nothing was stored.
        """
        config = _system_of(self.names.system, document)
        self._put(self.names.system, document)
        return config

    def put_breaker(self, state: TradingState, reason: str | None = None) -> None:
        """Set the user's switch; a reason is kept beside it, where `last_flip` finds it."""
        self._put(self.names.breaker, state.value, reason)

    def last_flip(self) -> "Flip":
        """Return who set the switch last, when and why. Raises StoreError where SSM does not tell.

        A description that is older than the value, or of another value, is no reason of this setting.
        """
        from shared.domain.book import Flip

        name = self.names.breaker
        *before, last = self._versions(name)
        value, said = last["Value"], last.get("Description", "")
        is_own = not before or said != before[-1].get("Description", "")
        prefix = f"{value}: "
        return Flip(
            value=value,
            who=last.get("LastModifiedUser") or "somebody whom SSM does not name",
            at=last["LastModifiedDate"].astimezone(UTC),
            reason=said.removeprefix(prefix) if is_own and said.startswith(prefix) else None,
        )

    def _versions(self, name: str) -> "list[ParameterHistoryTypeDef]":
        versions: list[ParameterHistoryTypeDef] = []
        with translated(f"history of {name}"):
            page = self._client.get_parameter_history(Name=name)
            versions += page["Parameters"]
            while token := page.get("NextToken"):
                page = self._client.get_parameter_history(Name=name, NextToken=token)
                versions += page["Parameters"]
        if not versions:
            raise StoreError(f"history of {name}: there is none")
        return sorted(versions, key=lambda version: version["Version"])

    def put_secret(self, vendor: str, secret: SecretStr) -> None:
        """Store a vendor's key, encrypted."""
        name = self.names.secret(vendor)
        with translated(f"write {name}"):
            self._client.put_parameter(Name=name, Value=secret.get_secret_value(), Type="SecureString", Overwrite=True)

    def _put(self, name: str, value: str, reason: str | None = None) -> None:
        said = "" if reason is None else f"{value}: {reason}"[:LONGEST_DESCRIPTION]
        with translated(f"write {name}"):
            self._client.put_parameter(Name=name, Value=value, Type="String", Overwrite=True, Description=said)


class SsmConfiguration:
    """Configuration and breaker of one run: read together in one call, and never again from a cache.

    The first answer of `state` comes from that call, each later one asks anew, because a run may last a minute.
    Documents that cannot be read are not asked for again: each try could take seconds of the run.
    """

    def __init__(self, parameters: SsmParameters, bots: Collection[Bot] = tuple(Bot)) -> None:
        """Answer for these bots."""
        self._parameters = parameters
        self._names = parameters.names
        self._wanted = [*(self._names.bot(bot) for bot in bots), self._names.system, self._names.breaker]
        self._found: Mapping[str, str] | None = None
        self._problem: StoreError | None = None
        self._switch_is_fresh = False

    def begin(self) -> None:
        """Forget what an earlier run read."""
        self._found = None
        self._problem = None
        self._switch_is_fresh = False

    def bot(self, bot: Bot) -> BotConfig:
        """Return a bot's configuration, its defaults where it has no document.

        Raises:
            InvalidConfigurationError: its document is not valid; it names parameter, value and remedy.
            StoreError: SSM gave no answer.
        """
        name = self._names.bot(bot)
        return _bot_of(bot, name, self._documents().get(name))

    def system(self) -> SystemConfig:
        """Return the stage's configuration, the defaults where it has no document; raises as `bot` does."""
        return _system_of(self._names.system, self._documents().get(self._names.system))

    def state(self) -> TradingState:
        """Return the user's switch; REDUCING when it is missing, unknown or cannot be read."""
        try:
            found = self._switch()
            return TradingState(found.get(self._names.breaker, ""))
        except (StoreError, ValueError):
            return TradingState.REDUCING

    def _switch(self) -> Mapping[str, str]:
        if self._problem is not None or (self._found is not None and not self._switch_is_fresh):
            return self._parameters.read([self._names.breaker])
        found = self._documents()
        self._switch_is_fresh = False
        return found

    def _documents(self) -> Mapping[str, str]:
        if self._problem is not None:
            raise self._problem
        if self._found is None:
            try:
                self._found = self._parameters.read(self._wanted)
            except StoreError as problem:
                self._problem = problem
                raise
            self._switch_is_fresh = True
        return self._found


@dataclass(slots=True)
class SsmSecrets:
    """The vendors' keys, kept for five minutes and shown to nobody."""

    parameters: SsmParameters
    seconds: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, SecretStr | None]] = field(default_factory=dict, repr=False)

    def get(self, vendor: str) -> SecretStr:
        """Return a vendor's key. Raises CredentialsError when there is none, StoreError when SSM does not answer."""
        secret = self.find(vendor)
        if secret is None:
            name = self.parameters.names.secret(vendor)
            raise CredentialsError(f"there is no key for {vendor}; store it as the SecureString {name}")
        return secret

    def find(self, vendor: str) -> SecretStr | None:
        """Return a vendor's key, or None where the user gave none; the last one known while SSM does not answer.

        Raises:
            StoreError: SSM does not answer, and there is no last one.
            CredentialsError: what is stored cannot be a key.
        """
        now = self.seconds()
        read_at, secret = self._kept.get(vendor, (float("-inf"), None))
        if now - read_at < (ABSENT_SECONDS if secret is None else SECRET_SECONDS):
            return secret
        name = self.parameters.names.secret(vendor)
        try:
            text = self.parameters.read([name]).get(name)
        except StoreError:
            if vendor not in self._kept:
                raise
            return secret
        secret = _key_of(name, text)
        self._kept[vendor] = (now, secret)
        return secret


def _key_of(name: str, text: str | None) -> SecretStr | None:
    """Take a key as it was pasted, white space around it aside; what no header can carry is no key."""
    key = (text or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise CredentialsError(f"{name} holds characters that no key has; store it again")
    return SecretStr(key) if key else None


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Let a failure of SSM be a StoreError that says what was tried."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreError(f"{what}: {error}") from error


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _bot_of(bot: Bot, name: str, document: str | None) -> BotConfig:
    changes = {} if document is None else parse_document(name, document)
    try:
        return bot_config(bot, changes)
    except InvalidConfigurationError as error:
        raise _named(name, error) from error


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _system_of(name: str, document: str | None) -> SystemConfig:
    changes = {} if document is None else parse_document(name, document)
    try:
        return system_config(changes)
    except InvalidConfigurationError as error:
        raise _named(name, error) from error


def _named(parameter: str, error: InvalidConfigurationError) -> InvalidConfigurationError:
    return InvalidConfigurationError(f"{parameter} {error.field}", error.value, error.remedy)
