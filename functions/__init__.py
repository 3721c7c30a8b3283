"""One Lambda function a package: what runs, and when."""
