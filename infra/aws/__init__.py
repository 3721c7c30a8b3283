"""The CDK app: what runs in AWS, and who may do what there."""
