"""One synthesis for all tests of the template: it takes seconds."""

import pytest

from tests.infra.aws.synthesis import Template, read_template, synthesize

CONTEXT = {"stage": "paper", "email": "trader@example.com", "phone": "+12125550123"}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    output = tmp_path_factory.mktemp("cdk")
    done = synthesize(output, CONTEXT)
    assert done.returncode == 0, done.stdout + done.stderr
    return read_template(output)
