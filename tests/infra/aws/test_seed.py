"""A deploy gives a new stage its first parameters, and never writes one that exists."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3
import pytest
from moto import mock_aws
from types_boto3_ssm import SSMClient

from infra.aws.seed.handler import handler
from tests.infra.aws.synthesis import Template

BREAKER = "/alphagex/paper/circuit-breaker"
ATLAS = "/alphagex/paper/bots/ATLAS"
WANTED = {BREAKER: {"Value": "ACTIVE", "AllowedPattern": "^(ACTIVE|REDUCING|HALTED)$"}, ATLAS: {"Value": "{}"}}


@dataclass
class CloudFormation:
    """Takes the answers of a custom resource."""

    address: str = ""
    answers: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def cloud_formation() -> Iterator[CloudFormation]:
    taken = CloudFormation()

    class Door(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            taken.answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        taken.address = f"http://127.0.0.1:{server.server_port}/answer"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield taken
        server.shutdown()
        thread.join()


@pytest.fixture
def ssm() -> Iterator[SSMClient]:
    with mock_aws():
        yield boto3.client("ssm", region_name="us-east-1")


def event(kind: str, address: str, parameters: Mapping[str, Mapping[str, str]] = WANTED) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": address,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Seed",
        "ResourceProperties": {"Parameters": parameters},
    }


def stored(ssm: SSMClient) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in ssm.get_parameters(Names=[BREAKER, ATLAS])["Parameters"]}


def test_a_new_stage_gets_its_parameters(ssm: SSMClient, cloud_formation: CloudFormation) -> None:
    handler(event("Create", cloud_formation.address), None)
    assert stored(ssm) == {BREAKER: "ACTIVE", ATLAS: "{}"}
    (answer,) = cloud_formation.answers
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == {"Created": f"{BREAKER},{ATLAS}"}
    assert (answer["StackId"], answer["RequestId"], answer["LogicalResourceId"]) == ("stack", "request", "Seed")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("Create", {BREAKER: "HALTED", ATLAS: "{}"}, id="a stage made anew keeps the flipped breaker"),
        pytest.param("Update", {BREAKER: "HALTED", ATLAS: "{}"}, id="an update fills the gap and no more"),
        pytest.param("Delete", {BREAKER: "HALTED"}, id="a destroyed stage keeps what the user set"),
    ],
)
def test_what_the_user_set_stays(
    ssm: SSMClient, cloud_formation: CloudFormation, kind: str, expected: dict[str, str]
) -> None:
    ssm.put_parameter(Name=BREAKER, Value="HALTED", Type="String")
    handler(event(kind, cloud_formation.address), None)
    assert stored(ssm) == expected
    assert ssm.get_parameter(Name=BREAKER)["Parameter"]["Version"] == 1
    assert cloud_formation.answers[0]["Status"] == "SUCCESS"


def test_a_parameter_that_cannot_be_written_fails_the_deploy(ssm: SSMClient, cloud_formation: CloudFormation) -> None:
    handler(event("Create", cloud_formation.address, {"/aws/forbidden": {"Value": "x"}}), None)
    (answer,) = cloud_formation.answers
    assert answer["Status"] == "FAILED"
    assert "/aws/forbidden" in answer["Reason"] or "ValidationException" in answer["Reason"]


def test_the_template_holds_no_parameter_that_a_deploy_could_set_back(template: Template) -> None:
    assert template.named("AWS::SSM::Parameter") == {}
    seed = template.one("Custom::FirstParameters", "FirstParameters")
    assert seed["DeletionPolicy"] == seed["UpdateReplacePolicy"] == "Retain"
    assert seed["Properties"]["Parameters"][BREAKER] == WANTED[BREAKER]


def test_its_role_is_denied_to_overwrite(template: Template) -> None:
    (policy,) = [one for name, one in template.named("AWS::IAM::Policy").items() if name.startswith("FirstParameters")]
    of_ssm = [one for one in policy["Properties"]["PolicyDocument"]["Statement"] if one["Action"] == "ssm:PutParameter"]
    allow, deny = sorted(of_ssm, key=lambda one: str(one["Effect"]))
    assert deny["Condition"] == {"StringEquals": {"ssm:Overwrite": "true"}}
    assert deny["Resource"] == allow["Resource"]
