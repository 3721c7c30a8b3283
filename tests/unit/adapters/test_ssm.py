"""Configuration, breaker and secrets in SSM."""

from datetime import UTC
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pydantic import SecretStr

from infra.local.tables import StageNames, create_parameters
from shared.adapters.aws import Aws
from shared.adapters.ssm import SsmConfiguration, SsmParameters, SsmSecrets
from shared.domain.config import DOCUMENT_LIMIT_BYTES, bot_config, system_config
from shared.domain.errors import CredentialsError, InvalidConfigurationError, InvalidValueError, StoreError
from shared.domain.vocabulary import Bot, TradingState

_stages = count()


class CountingSsm:
    """SSM, with the number of its reads."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.reads = 0

    def get_parameters(self, **request: Any) -> Any:
        self.reads += 1
        return self._client.get_parameters(**request)

    def get_parameter_history(self, **request: Any) -> Any:
        return self._client.get_parameter_history(**request)

    def put_parameter(self, **request: Any) -> Any:
        return self._client.put_parameter(**request)


@pytest.fixture
def ssm(aws: Aws) -> CountingSsm:
    return CountingSsm(aws.ssm())


@pytest.fixture
def parameters(ssm: CountingSsm) -> SsmParameters:
    return SsmParameters(ssm, f"ssm{next(_stages)}")  # type: ignore[arg-type]


def test_a_run_reads_everything_in_one_call(parameters: SsmParameters, ssm: CountingSsm) -> None:
    parameters.put_bot(Bot.ATLAS, '{"capital": 50000}')
    parameters.put_system('{"iv_window": 300}')
    parameters.put_breaker(TradingState.ACTIVE)
    run = SsmConfiguration(parameters)
    assert run.state() is TradingState.ACTIVE
    assert run.bot(Bot.ATLAS).capital == Decimal(50_000)
    assert run.bot(Bot.SOLOMON) == bot_config(Bot.SOLOMON)
    assert run.system().iv_window == 300
    assert ssm.reads == 1


def test_the_switch_is_never_answered_from_a_cache(parameters: SsmParameters) -> None:
    parameters.put_breaker(TradingState.ACTIVE)
    run = SsmConfiguration(parameters)
    assert run.state() is TradingState.ACTIVE
    parameters.put_breaker(TradingState.HALTED)
    assert run.state() is TradingState.HALTED


def test_the_next_run_reads_anew(parameters: SsmParameters) -> None:
    run = SsmConfiguration(parameters)
    assert run.bot(Bot.ATLAS).enabled
    parameters.put_bot(Bot.ATLAS, '{"enabled": false}')
    assert run.bot(Bot.ATLAS).enabled
    run.begin()
    assert not run.bot(Bot.ATLAS).enabled


def test_without_documents_the_defaults_hold_and_nothing_is_entered(parameters: SsmParameters) -> None:
    run = SsmConfiguration(parameters)
    assert run.bot(Bot.ATLAS) == bot_config(Bot.ATLAS)
    assert run.system() == system_config()
    assert run.state() is TradingState.REDUCING


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param("ACTIVE", TradingState.ACTIVE, id="active"),
        pytest.param("REDUCING", TradingState.REDUCING, id="reducing"),
        pytest.param("HALTED", TradingState.HALTED, id="halted"),
        pytest.param("active", TradingState.REDUCING, id="in small letters it is unknown"),
        pytest.param("on", TradingState.REDUCING, id="unknown"),
    ],
)
def test_a_switch_that_is_not_understood_reduces(
    parameters: SsmParameters, aws: Aws, text: str, state: TradingState
) -> None:
    aws.ssm().put_parameter(Name=parameters.names.breaker, Value=text, Type="String")
    assert SsmConfiguration(parameters).state() is state


class UnreachableSsm:
    """An SSM that gives no answer."""

    def get_parameters(self, **_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://ssm")


def test_a_switch_that_cannot_be_read_reduces_and_a_document_is_a_store_error() -> None:
    run = SsmConfiguration(SsmParameters(UnreachableSsm(), "lost"))  # type: ignore[arg-type]
    assert run.state() is TradingState.REDUCING
    with pytest.raises(StoreError, match="/alphagex/lost/circuit-breaker"):
        run.bot(Bot.ATLAS)


@pytest.mark.parametrize(
    ("document", "field", "value"),
    [
        pytest.param("{", "/bots/ATLAS", "{", id="no JSON"),
        pytest.param("[]", "/bots/ATLAS", "[]", id="no object"),
        pytest.param('{"vix_max": 400}', "/bots/ATLAS vix_max", 400, id="out of range"),
        pytest.param('{"capitol": 1}', "/bots/ATLAS capitol", 1, id="unknown field"),
    ],
)
def test_an_invalid_document_names_parameter_value_and_remedy(
    parameters: SsmParameters, aws: Aws, document: str, field: str, value: object
) -> None:
    aws.ssm().put_parameter(Name=parameters.names.bot(Bot.ATLAS), Value=document, Type="String")
    run = SsmConfiguration(parameters)
    with pytest.raises(InvalidConfigurationError) as invalid:
        run.bot(Bot.ATLAS)
    assert invalid.value.field.endswith(field)
    assert invalid.value.value == value
    assert invalid.value.remedy
    assert run.bot(Bot.SOLOMON) == bot_config(Bot.SOLOMON)


def test_an_invalid_document_of_the_stage_names_its_parameter(parameters: SsmParameters, aws: Aws) -> None:
    aws.ssm().put_parameter(Name=parameters.names.system, Value='{"iv_window": 1}', Type="String")
    with pytest.raises(InvalidConfigurationError, match="/system iv_window"):
        SsmConfiguration(parameters).system()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param('{"vix_max": 400}', id="invalid"),
        pytest.param('{"confirmed_account": "' + "x" * DOCUMENT_LIMIT_BYTES + '"}', id="too large"),
    ],
)
def test_an_invalid_document_is_not_stored(parameters: SsmParameters, document: str) -> None:
    with pytest.raises(InvalidConfigurationError):
        parameters.put_bot(Bot.ATLAS, document)
    assert parameters.read([parameters.names.bot(Bot.ATLAS)]) == {}


def test_more_names_than_one_call_takes_are_refused(parameters: SsmParameters) -> None:
    with pytest.raises(InvalidValueError, match="at most 10"):
        parameters.read([str(number) for number in range(11)])


class Seconds:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_secret_is_decrypted_kept_for_five_minutes_and_never_shown(
    parameters: SsmParameters, ssm: CountingSsm
) -> None:
    seconds = Seconds()
    secrets = SsmSecrets(parameters, seconds)
    parameters.put_secret("tradier", SecretStr("key-one"))
    assert secrets.get("tradier").get_secret_value() == "key-one"
    parameters.put_secret("tradier", SecretStr("key-two"))
    seconds.now = 299.0
    assert secrets.get("tradier").get_secret_value() == "key-one"
    seconds.now = 300.0
    assert secrets.get("tradier").get_secret_value() == "key-two"
    assert ssm.reads == 2
    assert "key-two" not in repr(secrets) + repr(secrets.get("tradier"))


def test_while_ssm_does_not_answer_the_last_known_keys_serve_on(parameters: SsmParameters) -> None:
    seconds = Seconds()
    parameters.put_secret("tradier", SecretStr("key-one"))
    secrets = SsmSecrets(parameters, seconds)
    assert (secrets.get("tradier").get_secret_value(), secrets.find("polygon")) == ("key-one", None)
    seconds.now = 300.0
    secrets.parameters = SsmParameters(UnreachableSsm(), parameters.names.stage)  # type: ignore[arg-type]
    assert (secrets.get("tradier").get_secret_value(), secrets.find("polygon")) == ("key-one", None)
    with pytest.raises(StoreError):
        secrets.find("trading-volatility")


def test_a_secret_is_stored_encrypted(parameters: SsmParameters, aws: Aws) -> None:
    parameters.put_secret("polygon", SecretStr("key"))
    stored = aws.ssm().get_parameter(Name=parameters.names.secret("polygon"))["Parameter"]
    assert stored["Type"] == "SecureString"
    assert stored["Value"] != "key"


def test_a_missing_secret_says_where_to_store_it(parameters: SsmParameters) -> None:
    secrets = SsmSecrets(parameters)
    assert secrets.find("tradier") is None
    with pytest.raises(CredentialsError, match="secrets/tradier"):
        secrets.get("tradier")


def test_a_stage_is_made_once_and_its_values_are_left_alone(aws: Aws) -> None:
    names = StageNames("made")
    create_parameters(aws, names)
    parameters = SsmParameters(aws.ssm(), names.stage)
    parameters.put_breaker(TradingState.HALTED)
    create_parameters(aws, names)
    assert SsmConfiguration(parameters).state() is TradingState.HALTED


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param("key-one\n", "key-one", id="a line break that was pasted with it"),
        pytest.param("  key-one ", "key-one", id="blanks around it"),
        pytest.param(" \n", None, id="nothing but blanks"),
    ],
)
def test_a_key_is_taken_without_the_white_space_around_it(
    parameters: SsmParameters, stored: str, expected: str | None
) -> None:
    parameters.put_secret("tradier", SecretStr(stored))
    found = SsmSecrets(parameters).find("tradier")
    assert (None if found is None else found.get_secret_value()) == expected


@pytest.mark.parametrize("stored", ["\N{EURO SIGN}key-one", "key\none"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(parameters: SsmParameters, stored: str) -> None:
    parameters.put_secret("tradier", SecretStr(stored))
    with pytest.raises(CredentialsError, match="secrets/tradier") as refused:
        SsmSecrets(parameters).find("tradier")
    assert "one" not in str(refused.value)


def test_a_flip_names_who_set_the_switch_when_and_why(parameters: SsmParameters) -> None:
    parameters.put_breaker(TradingState.ACTIVE, "all is well")
    parameters.put_breaker(TradingState.HALTED, "the Fed speaks")
    flip = parameters.last_flip()
    assert (flip.value, flip.reason) == ("HALTED", "the Fed speaks")
    assert flip.who
    assert flip.at.tzinfo is UTC


def test_a_reason_of_an_earlier_flip_is_not_taken_for_that_of_a_flip_by_hand(
    parameters: SsmParameters, ssm: CountingSsm
) -> None:
    parameters.put_breaker(TradingState.HALTED, "the Fed speaks")
    kept = {"Type": "String", "Overwrite": True, "Description": "HALTED: the Fed speaks"}
    for value in ("ACTIVE", "HALTED"):
        ssm.put_parameter(Name=parameters.names.breaker, Value=value, **kept)
        flip = parameters.last_flip()
        assert (flip.value, flip.reason) == (value, None)


def test_a_switch_without_a_history_is_told_apart(parameters: SsmParameters) -> None:
    with pytest.raises(StoreError, match="history of /alphagex"):
        parameters.last_flip()
