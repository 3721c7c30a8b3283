"""The entry of the CDK: `python -m infra.aws.app` writes the template of one stage into cdk.out."""

import os
import sys
from pathlib import Path
from typing import Final

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.aws.errors import StageError
from infra.aws.output import forget_old_assets
from infra.aws.settings import CONTEXT_NAMES, StageSettings, stage_settings
from infra.aws.stack import APPLICATION, AlphaGexStack, stack_name

OUTPUT: Final = "cdk.out"
USAGE_ERROR: Final = 2

FEATURE_FLAGS: Final = {
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/aws-events:eventsTargetQueueSameAccount": True,
    "@aws-cdk/aws-lambda:recognizeVersionProps": True,
    "@aws-cdk/aws-sns-subscriptions:restrictSqsDescryption": True,
    "aws:cdk:enable-path-metadata": False,
    "aws:cdk:enable-asset-metadata": False,
    "aws:cdk:version-reporting": False,
}
"""Said here and not in cdk.json, so that the template is the same with and without the CDK's command line."""


def make_app(outdir: str | None = None) -> App:
    """Return an app with the rule packs that every synthesis is held against."""
    app = App(outdir=outdir, context=FEATURE_FLAGS, analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return app


def add_stage(app: App, settings: StageSettings) -> AlphaGexStack:
    """Put one stage into the app."""
    stack = AlphaGexStack(app, stack_name(settings.stage), settings=settings)
    Tags.of(stack).add("application", APPLICATION)
    Tags.of(stack).add("stage", settings.stage)
    return stack


def main() -> int:
    """Synthesize the stage that the context describes; the exit code is 2 if it is impossible."""
    folder = os.environ.get("CDK_OUTDIR", OUTPUT)
    app = make_app(folder)
    try:
        add_stage(app, stage_settings({name: app.node.try_get_context(name) for name in CONTEXT_NAMES}))
    except StageError as error:
        sys.stderr.write(f"alphagex: {error}\n")
        return USAGE_ERROR
    try:
        app.synth()
    except RuntimeError as error:
        sys.stderr.write(f"alphagex: the stack cannot be synthesized: {str(error).splitlines()[0]}\n")
        return 1
    forget_old_assets(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
