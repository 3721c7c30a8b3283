"""When each function wakes, in New York time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aws_cdk import Stack, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.catalogue import FunctionName
from infra.aws.documents import BOTS
from infra.aws.function import MAX_EVENT_AGE, RETRIES

EVERY_MINUTE_OF_THE_SESSION: Final = {
    "Open": "cron(30-59 9 ? * MON-FRI *)",
    "Day": "cron(* 10-15 ? * MON-FRI *)",
    "Close": "cron(0-15 16 ? * MON-FRI *)",
}
"""9:30 to 16:15; half-days and holidays are the functions' own knowledge."""

EVERY_FIVE_MINUTES_OUTSIDE: Final = {
    "BeforeOpen": "cron(0,5,10,15,20,25 9 ? * MON-FRI *)",
    "AfterClose": "cron(20,25,30,35,40,45,50,55 16 ? * MON-FRI *)",
    "Night": "cron(0/5 0-8,17-23 ? * MON-FRI *)",
    "Weekend": "cron(0/5 * ? * SAT,SUN *)",
}
"""The rest of the week, so that the sign of life never stops; no minute is in both."""

AFTER_THE_CLOSE: Final = {"Day": "cron(45 16 ? * MON-FRI *)"}
"""When monitor has settled what expired; the function knows the holidays."""

EVERY_EVENING: Final = {"Evening": "cron(30 17 ? * * *)"}


@dataclass(frozen=True, kw_only=True)
class Wake:
    """One function, woken at these times with this input."""

    name: str
    function: FunctionName
    times: Mapping[str, str]
    event: Mapping[str, str] = field(default_factory=dict)


WAKES: Final = (
    Wake(name="Collect", function=FunctionName.COLLECT, times=EVERY_MINUTE_OF_THE_SESSION),
    *(
        Wake(
            name=f"Trade{bot.capitalize()}",
            function=FunctionName.TRADE,
            times=EVERY_MINUTE_OF_THE_SESSION,
            event={"bot": str(bot)},
        )
        for bot in BOTS
    ),
    Wake(
        name="Monitor",
        function=FunctionName.MONITOR,
        times=EVERY_MINUTE_OF_THE_SESSION | EVERY_FIVE_MINUTES_OUTSIDE,
    ),
    Wake(name="Learn", function=FunctionName.LEARN, times=EVERY_EVENING),
    Wake(name="Report", function=FunctionName.REPORT, times=AFTER_THE_CLOSE),
)


class Schedules(Construct):
    """All schedules in one group; a wake-up that fails is not repeated, for the next is a minute away."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        aliases: Mapping[FunctionName, lambda_.Alias],
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self._group = scheduler.ScheduleGroup(self, "Group")
        self._role = self._invoking_role([aliases[name] for name in dict.fromkeys(wake.function for wake in WAKES)])
        dead_letters.grant_send_messages(self._role)
        for wake in WAKES:
            for moment, cron in wake.times.items():
                self._schedule(wake, f"{wake.name}{moment}", cron, aliases[wake.function], dead_letters)

    def _schedule(self, wake: Wake, name: str, cron: str, alias: lambda_.Alias, dead_letters: sqs.IQueue) -> None:
        scheduler.Schedule(
            self,
            name,
            schedule=scheduler.ScheduleExpression.expression(cron, TimeZone.AMERICA_NEW_YORK),
            schedule_group=self._group,
            target=targets.LambdaInvoke(
                alias,
                input=scheduler.ScheduleTargetInput.from_object(dict(wake.event)),
                role=self._role.without_policy_updates(),
                retry_attempts=RETRIES,
                max_event_age=MAX_EVENT_AGE,
                dead_letter_queue=dead_letters,
            ),
        )

    def _invoking_role(self, aliases: list[lambda_.Alias]) -> iam.Role:
        """Make the role that invokes these aliases and nothing else, for schedules of this account only."""
        stack = Stack.of(self)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
            ),
        )
        iam.Grant.add_to_principal(
            grantee=role,
            actions=["lambda:InvokeFunction"],
            resource_arns=[alias.function_arn for alias in aliases],
        )
        return role
