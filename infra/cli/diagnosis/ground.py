"""What everything stands on: fresh data, clocks that agree, keys, permissions, schedules."""

import fnmatch
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from infra.aws.catalogue import FUNCTIONS, FunctionSpec
from infra.cli.diagnosis.findings import Finding, Patient, ill, note, well
from infra.cli.screen import age

SKEW_SECONDS = 5


def freshness(patient: Patient) -> Iterator[Finding]:
    """Ask whether the newest data is of now, by the vendor's own time."""
    for data in patient.health.data:
        if data.at is None:
            continue
        for feed in data.feeds:
            if (
                feed.source is not None
                and feed.age_seconds is not None
                and feed.age_seconds > _limit(patient, feed.need)
            ):
                words = f"{data.underlying} {feed.need} of {feed.source} was {age(feed.age_seconds)} old"
                yield ill(f"{words} in the newest snapshot", "alphagex check vendors")
        if patient.health.market_open and not data.fresh:
            yield ill(
                f"{data.underlying}: the newest snapshot is {age(data.age_seconds)} old", "see the log of collect"
            )
        elif data.valid:
            yield well(f"{data.underlying}: {age(data.age_seconds)} old")


def _limit(patient: Patient, need: str) -> int:
    limits = patient.place.stage.parameters().system().freshness
    return limits.gamma if need == "gamma" else limits.vix if need == "vix" else limits.quote


def clocks(patient: Patient) -> Iterator[Finding]:
    """Compare our clock with the broker's; how long its answer takes says nothing of its clock."""
    skew = patient.place.stage.market_data.clock().skew or Decimal(0)
    if skew > SKEW_SECONDS:
        yield ill(
            f"ours and the broker's are {skew:.0f} s apart", "set the clock of this machine (timedatectl set-ntp on)"
        )
    else:
        yield well(f"ours and the broker's are {skew:.0f} s apart")


def permissions(patient: Patient) -> Iterator[Finding]:
    """Compare what each function's role allows with what its row of the catalogue needs."""
    if patient.place.is_local and not patient.place.outputs:
        yield note("a laptop's functions need no permissions")
        return
    functions, iam = patient.client("lambda"), patient.client("iam")
    again = f"{patient.place.deploying}, with its EMAIL and PHONE,"
    for spec in FUNCTIONS:
        arn = patient.place.outputs.get(f"{spec.name.capitalize()}Function")
        if arn is None:
            yield ill(f"the stack does not tell of {spec.name}", f"{again} makes it")
            continue
        role = functions.get_function_configuration(FunctionName=arn)["Role"].rpartition("/")[2]
        allowed = _allowed(iam, role)
        missing = sorted(action for action in _needed(spec) if not _covers(allowed, action))
        if missing:
            yield ill(f"{spec.name} may not {', '.join(missing)}", f"{again} puts its role right")
        else:
            yield well(f"{spec.name}: its role allows all that it needs")


def _needed(spec: FunctionSpec) -> frozenset[str]:
    actions = {f"dynamodb:{action}" for access in spec.access for action in access.actions}
    if spec.parameters:
        actions.add("ssm:GetParameters")
    if spec.publishes_alerts:
        actions.add("sns:Publish")
    if spec.publishes_events:
        actions.add("events:PutEvents")
    return frozenset(actions)


def _allowed(iam: Any, role: str) -> frozenset[str]:  # noqa: ANN401 - a client of IAM
    """Return the actions that the inline policies of a role allow."""
    found: set[str] = set()
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document: Mapping[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                actions = statement["Action"]
                found |= {actions} if isinstance(actions, str) else set(actions)
    return frozenset(found)


def _covers(allowed: frozenset[str], action: str) -> bool:
    return any(fnmatch.fnmatchcase(action.lower(), one.lower()) for one in allowed)


def keys(patient: Patient) -> Iterator[Finding]:
    """Look for the vendors' keys, without showing them."""
    names = patient.place.parameters.names
    vendors = {"tradier": True, "polygon": False, "trading-volatility": False}
    stored = patient.place.parameters.read([names.secret(vendor) for vendor in vendors])
    for vendor, needed in vendors.items():
        if names.secret(vendor) in stored:
            yield well(f"{vendor}: a key is stored")
        elif needed:
            yield ill(f"{vendor}: no key is stored", "alphagex secrets set")
        else:
            yield note(f"{vendor}: no key; its data come from elsewhere", "alphagex secrets set")
