"""Calibration at scale: deployed only where asked for, and shut off from everything that trades."""

import pytest

from tests.infra.aws.synthesis import Template, read_template, synthesize
from tests.infra.aws.test_permissions import as_list


@pytest.fixture(scope="module")
def asked_for(tmp_path_factory: pytest.TempPathFactory) -> Template:
    output = tmp_path_factory.mktemp("calibration")
    done = synthesize(output, {"stage": "paper", "calibration": "true"})
    assert done.returncode == 0, done.stdout + done.stderr
    return read_template(output)


def test_nobody_gets_it_who_did_not_ask(template: Template) -> None:
    assert not [name for name in template.body["Resources"] if name.startswith("Calibration")]
    assert template.named("AWS::StepFunctions::StateMachine") == {}
    assert template.named("AWS::S3::Bucket") == {}
    assert not [name for name in template.body["Outputs"] if name.startswith("Calibration")]


def test_its_bucket_is_encrypted_shut_and_forgets(asked_for: Template) -> None:
    (bucket,) = asked_for.all("AWS::S3::Bucket")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert [rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"]] == [30]
    (policy,) = asked_for.all("AWS::S3::BucketPolicy")
    (denied,) = policy["PolicyDocument"]["Statement"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_function_reaches_its_files_and_nothing_that_trades(asked_for: Template) -> None:
    found = {action for _, actions, _ in statements_of(asked_for, "CalibrationCalibrateRole") for action in actions}
    assert {one for one in found if not one.startswith(("logs:", "sqs:"))} == {"s3:GetObject", "s3:PutObject"}
    function = asked_for.one("AWS::Lambda::Function", "CalibrationCalibrate")["Properties"]
    variables = set(function["Environment"]["Variables"])
    assert variables == {"CALIBRATION_BUCKET", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME"}
    assert (function["Handler"], function["MemorySize"]) == ("functions.calibrate.handler.handler", 1769)


def test_the_workflow_may_do_what_a_distributed_map_needs(asked_for: Template) -> None:
    of_role = [
        *statements_of(asked_for, "CalibrationWorkflowRole"),
        *statements_of(asked_for, "CalibrationChildren"),
    ]
    assert {action for _, actions, _ in of_role for action in actions} == {
        "lambda:InvokeFunction",
        "s3:GetObject",
        "states:StartExecution",
        "states:DescribeExecution",
        "states:StopExecution",
    }


def statements_of(template: Template, prefix: str) -> list[tuple[str, set[str], list[object]]]:
    """The statements of the policies whose names begin so."""
    return [
        (statement["Effect"], set(as_list(statement["Action"])), as_list(statement["Resource"]))
        for name, policy in template.named("AWS::IAM::Policy").items()
        if name.startswith(prefix)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_no_action_is_a_wildcard_here_either(asked_for: Template) -> None:
    for name, policy in asked_for.named("AWS::IAM::Policy").items():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert not [one for one in as_list(statement["Action"]) if "*" in one], name


def test_the_workflow_is_the_one_that_the_interpreters_ran(asked_for: Template) -> None:
    (machine,) = asked_for.all("AWS::StepFunctions::StateMachine")
    told = "".join(part if isinstance(part, str) else "<>" for part in machine["DefinitionString"]["Fn::Join"][1])
    for words in (
        '"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"',
        '"ItemReader":{"Resource":"arn:<>:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"}',
        '"FunctionName":"<>","Payload.$":"$"',
        '"MaxConcurrency":40,"ToleratedFailurePercentage":10',
    ):
        assert words in told
    assert {"CalibrationBucket", "CalibrationWorkflow"} <= set(asked_for.body["Outputs"])
