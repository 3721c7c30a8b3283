"""Creates parameters that are absent, and never touches one that exists.

It runs as its own small function in a deploy. Only what every Python runtime of Lambda holds is imported.
"""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any, Final

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

PHYSICAL_ID: Final = "first-parameters"
ALREADY_THERE: Final = "ParameterAlreadyExists"
ANSWER_SECONDS: Final = 10.0


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Answer a create or an update by filling the gaps, a delete by doing nothing."""
    try:
        created = () if event["RequestType"] == "Delete" else _fill_gaps(event["ResourceProperties"]["Parameters"])
    except (BotoCoreError, ClientError) as error:
        _answer(event, "FAILED", f"a first parameter could not be written: {error}", ())
        return
    _answer(event, "SUCCESS", "", created)


def _fill_gaps(parameters: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    client = botocore.session.get_session().create_client("ssm")
    return tuple(name for name, wanted in parameters.items() if _created(client, name, wanted))


def _created(client: Any, name: str, wanted: Mapping[str, str]) -> bool:  # noqa: ANN401 (botocore makes it at run time)
    try:
        client.put_parameter(Name=name, Type="String", Tier="Standard", Overwrite=False, **wanted)
    except ClientError as error:
        if error.response["Error"]["Code"] != ALREADY_THERE:
            raise
        return False
    return True


def _answer(event: Mapping[str, Any], status: str, reason: str, created: tuple[str, ...]) -> None:
    body = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId", PHYSICAL_ID),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Created": ",".join(created)},
    }
    request = urllib.request.Request(
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):
        pass
