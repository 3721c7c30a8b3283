"""The questions that an operator asks of the logs, saved in the stack."""

from collections.abc import Mapping

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.aws.catalogue import FunctionName
from infra.aws.questions import QUERIES


class Queries(Construct):
    """Each question under the folder of its stage, where CloudWatch shows them."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: str, groups: Mapping[FunctionName, logs.ILogGroup]
    ) -> None:
        super().__init__(scope, construct_id)
        for query in QUERIES:
            logs.CfnQueryDefinition(
                self,
                "".join(word.capitalize() for word in query.name.split()),
                name=f"alphagex/{stage}/{query.name}",
                query_string=query.text,
                log_group_names=[groups[name].log_group_name for name in query.of],
            )
