"""The topic that carries alerts and alarms to the user."""

from typing import Final

from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

LEVEL_ATTRIBUTE: Final = "level"
SMS_LEVELS: Final = ("HIGH", "CRITICAL")


class AlertTopic(Construct):
    """One topic, reached over TLS only; e-mail gets everything, SMS what is urgent.

    An alarm of CloudWatch carries no attribute and is always urgent, so the filter lets it through as well.
    The topic is not encrypted with a key: the free managed key shuts CloudWatch alarms out, a key of one's own
    costs more than all the rest.
    """

    def __init__(self, scope: Construct, construct_id: str, *, email: str | None, phone: str | None) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Alerts", display_name="AlphaGEX", enforce_ssl=True)
        if email is not None:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
        if phone is not None:
            urgent = sns.SubscriptionFilter([*SMS_LEVELS, {"exists": False}])
            self.topic.add_subscription(
                subscriptions.SmsSubscription(phone, filter_policy={LEVEL_ATTRIBUTE: urgent})
            )
