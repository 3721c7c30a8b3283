"""The metrics that the functions of a stage give."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.aws.environment import METRICS_NAMESPACE, METRICS_SERVICE, SERVICE_DIMENSION, STAGE_DIMENSION, Measure


def stage_metric(stage: str, name: Measure, statistic: str, period: Duration) -> cloudwatch.Metric:
    """Return a metric of a stage, of whichever function."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={STAGE_DIMENSION: stage, SERVICE_DIMENSION: METRICS_SERVICE},
        statistic=statistic,
        period=period,
    )
