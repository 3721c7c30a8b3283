"""The topic that carries alerts and alarms to the user."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.findings import explain

LEVEL_ATTRIBUTE: Final = "level"
SMS_LEVELS: Final = ("HIGH", "CRITICAL")


class AlertTopic(Construct):
    """The topic of all alerts and alarms, reached over TLS only; e-mail gets everything, SMS what is urgent.

    `silence` takes the one alarm that must also wake somebody by SMS: CloudWatch cannot give it the attribute that the
    SMS filter asks for, so it has a topic of its own where there is a phone.
    Neither is encrypted with a key: the free managed key shuts CloudWatch out, one of one's own costs more than all
    the rest.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        email: str | None,
        phone: str | None,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = self._topic("Alerts")
        self.silence = None if phone is None else self._topic("Silence")
        if email is not None:
            self.topic.add_subscription(subscriptions.EmailSubscription(email, dead_letter_queue=dead_letters))
        if phone is not None:
            urgent = {LEVEL_ATTRIBUTE: sns.SubscriptionFilter.string_filter(allowlist=[*SMS_LEVELS])}
            self._text(self.topic, subscriptions.SmsSubscription(phone, filter_policy=urgent))
        if phone is not None and self.silence is not None:
            self._text(self.silence, subscriptions.SmsSubscription(phone))

    def _topic(self, name: str) -> sns.Topic:
        """Make a topic that admits this account's alarms: a policy of its own replaces the one that would."""
        topic = sns.Topic(self, name, display_name="AlphaGEX", enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        return topic

    @staticmethod
    def _text(topic: sns.Topic, subscription: subscriptions.SmsSubscription) -> None:
        explain(
            topic.add_subscription(subscription),
            "SNS repeats a text message for hours by itself, and the e-mail says the same",
            "Serverless-SNSRedrivePolicy",
        )
