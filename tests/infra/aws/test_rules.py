"""Both rule packs watch every synthesis."""

from pathlib import Path

from tests.infra.aws.synthesis import run_python

OFFENDER = """
from aws_cdk import Stack, aws_iam, aws_sqs
from infra.aws.app import make_app

app = make_app({folder!r})
stack = Stack(app, "Offender")
role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
role.add_to_policy(aws_iam.PolicyStatement(actions=["s3:*"], resources=["*"]))
aws_sqs.Queue(stack, "Queue")
app.synth()
"""


def test_a_wildcard_or_an_open_queue_stops_the_synthesis(tmp_path: Path) -> None:
    done = run_python("-c", OFFENDER.format(folder=str(tmp_path)), output=tmp_path, context={})
    said = done.stdout + done.stderr
    assert done.returncode != 0
    findings = ("AwsSolutions-IAM5[Action::s3:*]", "AwsSolutions-SQS4", "Serverless-SQSRedrivePolicy")
    assert [finding for finding in findings if finding not in said] == []
