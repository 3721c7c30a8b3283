"""How a finding of cdk-nag is answered: with its reason, at the construct that it concerns."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def explain(construct: IConstruct, reason: str, *findings: str) -> None:
    """Accept these findings on this construct, for this reason."""
    for finding in findings:
        Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))
