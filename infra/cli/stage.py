"""Where a command works: a stage in AWS, with the user's own credentials, or the stage on this laptop."""

import inspect
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer

from infra.cli.mistakes import CommandError
from infra.local.stage_file import read_stage_file
from infra.local.stage_folder import is_running
from shared.settings import Environment

if TYPE_CHECKING:
    from botocore.session import Session

    from shared.adapters.aws import Aws
    from shared.adapters.ssm import SsmParameters
    from shared.adapters.ssm_documents import SsmDocuments
    from shared.composition import Stage

LOCAL: Final = "local"
DEFAULT_STAGE: Final = "paper"
STACK_PREFIX: Final = "alphagex-"
LOCAL_KEYS: Final = ("test", "test")
TABLES: Final = ("Positions", "Decisions", "Stats", "Snapshots")

StageOption = Annotated[
    str,
    typer.Option("--stage", envvar="ALPHAGEX_STAGE", help="The stage in AWS, or `local` for the one on this laptop."),
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", help="Profile of your AWS credentials, as in the AWS command line.")
]
RegionOption = Annotated[str | None, typer.Option("--region", help="AWS region of the stage.")]


@dataclass(frozen=True)
class Place:
    """One stage as the command line reaches it; ``outputs`` are those of its stack, empty on a laptop."""

    name: str
    settings: Environment
    session: "Session"
    region: str | None
    endpoint_url: str | None
    outputs: Mapping[str, str]

    @property
    def is_local(self) -> bool:
        """Whether it is the stage on this laptop."""
        return self.endpoint_url is not None

    @property
    def where(self) -> str:
        """The place in a few words, for the head of what is printed."""
        return f"{self.name}, on this laptop" if self.is_local else f"{self.name}, AWS {self.region}"

    @property
    def deploying(self) -> str:
        """The command that deploys this very stage again; an address that is left out would be taken from it."""
        return f"make deploy STAGE={self.name}"

    @cached_property
    def aws(self) -> "Aws":
        """The way to AWS that the adapters take."""
        from shared.adapters.aws import Aws

        return Aws(region=self.region, endpoint_url=self.endpoint_url, session=self.session)

    @cached_property
    def stage(self) -> "Stage":
        """The stage, composed as the functions compose it."""
        from shared.composition import Stage

        return Stage(self.settings, self.aws)

    @cached_property
    def parameters(self) -> "SsmParameters":
        """The parameters, to be read and written."""
        from shared.adapters.ssm import SsmParameters

        return SsmParameters(self.aws.ssm(), self.settings.stage)

    @cached_property
    def documents(self) -> "SsmDocuments":
        """The configuration documents with their versions."""
        from shared.adapters.ssm_documents import SsmDocuments

        return SsmDocuments(self.aws.ssm())

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore makes clients of every kind
        """Make a client of any AWS service."""
        return self.aws.client(service)

    def close(self) -> None:
        """Let go of every connection."""
        if "stage" in vars(self):
            self.stage.close()
        if "aws" in vars(self):
            self.aws.close()


def open_place(stage: str = DEFAULT_STAGE, profile: str | None = None, region: str | None = None) -> Place:
    """Find a stage.

    Raises:
        CommandError: no credentials, no such stage, or the local one does not run; each with its remedy.
    """
    if stage == LOCAL:
        return _local()
    return _in_aws(stage, profile, region)


def _local() -> Place:
    from botocore.session import get_session

    found = read_stage_file()
    if found is None or not is_running(found):
        raise CommandError("no local stage is running", "start it with `alphagex local up`")
    session = get_session()
    session.set_credentials(*LOCAL_KEYS)
    return Place(
        name=found.stage,
        settings=Environment.parse(found.environment),
        session=session,
        region=found.region,
        endpoint_url=found.endpoint_url,
        outputs={},
    )


def _in_aws(stage: str, profile: str | None, region: str | None) -> Place:
    from botocore.session import Session

    session = Session(profile=profile)
    region = region or session.get_config_variable("region")
    if region is None:
        raise CommandError("no AWS region is set", "give --region, or set one with `aws configure`")
    with closing(Place(stage, _unknown(stage), session, region, None, {})) as place:
        outputs = _outputs(place, stage)
        settings = Environment.parse(_environment(place, stage, outputs))
    return Place(stage, settings, session, region, None, outputs)


def _unknown(stage: str) -> Environment:
    names = ("positions_table", "decisions_table", "stats_table", "snapshots_table", "topic_arn")
    urls = ("tradier_url", "tradier_sandbox_url", "polygon_url", "trading_volatility_url")
    return Environment.model_validate({"stage": stage} | dict.fromkeys((*names, *urls), "not read yet"))


def _outputs(place: Place, stage: str) -> dict[str, str]:
    """Return what the stack says is called what."""
    from botocore.exceptions import ClientError

    name = f"{STACK_PREFIX}{stage}"
    try:
        (stack,) = place.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise CommandError(
                f"there is no stage {stage} in {place.region} (no stack {name})",
                f"give --stage, --region or --profile; deploy: `{place.deploying}`; on this laptop: --stage local",
            ) from error
        raise
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}


def _environment(place: Place, stage: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return what the functions are told: by the outputs, and by trade's own environment where it may be read."""
    from botocore.exceptions import ClientError

    from infra.aws.environment import VENDOR_URLS

    missing = [f"{name}Table" for name in TABLES if f"{name}Table" not in outputs]
    if missing:
        raise CommandError(
            f"the stack of {stage} does not tell {missing[0]}",
            f"deploy this version with `{place.deploying}`, and its EMAIL and PHONE",
        )
    told = {f"{name.upper()}_TABLE": outputs[f"{name}Table"] for name in TABLES}
    named = {"STAGE": stage, "TOPIC_ARN": outputs["TopicArn"], "EVENT_BUS": outputs["EventBus"], **told, **VENDOR_URLS}
    try:
        reply = place.client("lambda").get_function_configuration(FunctionName=outputs["TradeFunction"])
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            return named
        raise
    return {**named, **reply["Environment"]["Variables"]}


def at_stage(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --stage, --profile and --region; it gets the place they name as ``place``."""

    def opened(
        *,
        stage: StageOption = DEFAULT_STAGE,
        profile: ProfileOption = None,
        region: RegionOption = None,
        **arguments: object,
    ) -> None:
        with closing(open_place(stage, profile, region)) as place:
            command(place=place, **arguments)

    own = inspect.signature(command)
    shared = inspect.signature(opened)
    kept = [one for name, one in own.parameters.items() if name != "place"]
    added = [one for one in shared.parameters.values() if one.kind is inspect.Parameter.KEYWORD_ONLY]
    keyword = inspect.Parameter.KEYWORD_ONLY
    opened.__signature__ = own.replace(  # type: ignore[attr-defined]
        parameters=[one.replace(kind=keyword) for one in (*kept, *added)]
    )
    hints = get_type_hints(command, include_extras=True) | get_type_hints(opened, include_extras=True)
    opened.__annotations__ = {name: hints[name] for name in hints if name not in ("place", "arguments")}
    opened.__name__, opened.__doc__ = command.__name__, command.__doc__
    return opened
