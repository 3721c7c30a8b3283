"""Calibration at scale: a workflow that judges batches of trials side by side; deployed only where asked for."""

from typing import Any, Final

from aws_cdk import ArnFormat, CfnElement, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.aws.catalogue import CALIBRATION
from infra.aws.environment import LOG_LEVEL
from infra.aws.findings import explain
from infra.aws.function import LiveFunction
from infra.aws.settings import ProcessorArchitecture

KEPT: Final = Duration.days(30)
BUCKET_VARIABLE: Final = "CALIBRATION_BUCKET"
TOLERATED_PERCENT: Final = 10.0
"""Batches that may fail for good; the command line judges them itself."""
ATTEMPTS: Final = 3
_RETRIED: Final = ("Lambda.ServiceException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException")


def definition(function_arn: str, partition: str = "aws") -> dict[str, Any]:
    """Return the workflow: each item of a list in S3 is a child workflow, which calls the function once.

    Its input is ``{"run": …, "bucket": …, "key": …}``; the outcomes go into the bucket, the answer counts them.
    """
    call = {
        "Type": "Task",
        "Resource": f"arn:{partition}:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_arn, "Payload.$": "$"},
        "ResultSelector": {"judged.$": "$.Payload.judged"},
        "Retry": [
            {"ErrorEquals": [*_RETRIED], "IntervalSeconds": 2, "MaxAttempts": ATTEMPTS, "BackoffRate": 2.0},
        ],
        "End": True,
    }
    batches = {
        "Type": "Map",
        "ItemReader": {
            "Resource": f"arn:{partition}:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket.$": "$.bucket", "Key.$": "$.key"},
        },
        "ItemSelector": {"run.$": "$.run", "batch.$": "$$.Map.Item.Value"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Judge",
            "States": {"Judge": call},
        },
        "MaxConcurrency": CALIBRATION.concurrency,
        "ToleratedFailurePercentage": TOLERATED_PERCENT,
        "End": True,
    }
    return {"StartAt": "Batches", "States": {"Batches": batches}}


class Calibration(Construct):
    """The bucket, the function and the workflow; whoever may start it needs no more than the three."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: lambda_.Code,
        architecture: ProcessorArchitecture,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = self._bucket()
        self.function = LiveFunction(
            self,
            "Calibrate",
            spec=CALIBRATION,
            code=code,
            environment={
                "POWERTOOLS_SERVICE_NAME": CALIBRATION.name,
                "LOG_LEVEL": LOG_LEVEL,
                BUCKET_VARIABLE: self.bucket.bucket_name,
            },
            architecture=architecture,
            reserve_concurrency=False,
            dead_letters=dead_letters,
        )
        self._grant_files(self.function.role, "s3:GetObject", "*/history.json.gz")
        self._grant_files(self.function.role, "s3:PutObject", "*/outcomes/*")
        self.machine = self._machine()
        self._explain_findings()

    def _bucket(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(expiration=KEPT, abort_incomplete_multipart_upload_after=KEPT)],
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _machine(self) -> sfn.StateMachine:
        stack = Stack.of(self)
        self.role = iam.Role(self, "WorkflowRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        iam.Grant.add_to_principal(
            grantee=self.role,
            actions=["lambda:InvokeFunction"],
            resource_arns=[self.function.alias.function_arn],
        )
        self._grant_files(self.role, "s3:GetObject", "*/batches.json")
        machine = sfn.StateMachine(
            self,
            "Workflow",
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(
                stack.to_json_string(definition(self.function.alias.function_arn, stack.partition))
            ),
            role=self.role.without_policy_updates(),
        )
        self._may_start_its_children(machine)
        return machine

    def _may_start_its_children(self, machine: sfn.StateMachine) -> None:
        """Allow what AWS asks of a Distributed Map, in a policy of its own: it names the workflow that has the role."""
        stack = Stack.of(self)
        children = stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{machine.state_machine_name}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        policy = iam.Policy(
            self,
            "Children",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(actions=["states:StartExecution"], resources=[machine.state_machine_arn]),
                iam.PolicyStatement(actions=["states:DescribeExecution", "states:StopExecution"], resources=[children]),
            ],
        )
        workflow = f"execution:<{_logical_id(machine)}.Name>/*"
        explain(
            policy,
            "the children of this very workflow have names that AWS makes up",
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:{workflow}]",
        )

    def _grant_files(self, role: iam.Role, action: str, keys: str) -> None:
        iam.Grant.add_to_principal(grantee=role, actions=[action], resource_arns=[f"{self.bucket.bucket_arn}/{keys}"])
        explain(
            role,
            "the folder of a run is named when the run starts",
            f"AwsSolutions-IAM5[Resource::<{_logical_id(self.bucket)}.Arn>/{keys}]",
        )

    def _explain_findings(self) -> None:
        explain(
            self.bucket,
            "it holds price histories and results that can be made again, and only this account reads them",
            "AwsSolutions-S1",
        )
        explain(
            self.machine,
            "what failed is in the history of its execution, which Step Functions keeps for ninety days by itself",
            "AwsSolutions-SF1",
            "AwsSolutions-SF2",
            "Serverless-StepFunctionStateMachineXray",
        )


def _logical_id(construct: Construct) -> str:
    made = construct.node.default_child
    if not isinstance(made, CfnElement):
        raise TypeError(f"{construct.node.path} is no resource")
    return Stack.of(construct).get_logical_id(made)
