"""Each function has its own role and log, and is invoked by its alias alone."""

import pytest

from tests.infra.aws.synthesis import Resource, Template, read_template, synthesize

FUNCTIONS = ("Collect", "Trade", "Monitor", "Learn", "Report", "Api")
TICK_RETRIES = {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}


def function(template: Template, name: str) -> Resource:
    found: Resource = template.one("AWS::Lambda::Function", f"{name}Function")["Properties"]
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_on_arm64_with_python_3_13(template: Template, name: str) -> None:
    found = function(template, name)
    assert found["Architectures"] == ["arm64"]
    assert found["Runtime"] == "python3.13"
    assert found["Handler"] == f"functions.{name.lower()}.handler.handler"
    assert "FunctionName" not in found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_ends_before_its_next_tick_is_over(template: Template, name: str) -> None:
    assert 0 < function(template, name)["Timeout"] <= 60


def test_all_functions_share_one_bundle(template: Template) -> None:
    assert len({str(function(template, name)["Code"]) for name in FUNCTIONS}) == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_json_into_its_own_log_for_a_month(template: Template, name: str) -> None:
    logging = function(template, name)["LoggingConfig"]
    assert logging["LogFormat"] == "JSON"
    log_group = template.body["Resources"][logging["LogGroup"]["Ref"]]
    assert log_group["Properties"]["RetentionInDays"] == 30


def test_no_two_functions_share_a_role_or_a_log(template: Template) -> None:
    made = template.all("AWS::Lambda::Function")
    assert len({str(one["Role"]) for one in made}) == len(made)
    assert len({str(one["LoggingConfig"]["LogGroup"]) for one in made}) == len(made)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_alias_repeats_nothing_and_keeps_what_failed(template: Template, name: str) -> None:
    assert template.one("AWS::Lambda::Alias", f"{name}Live")["Properties"]["Name"] == "live"
    rule = template.one("AWS::Lambda::EventInvokeConfig", f"{name}Live")["Properties"]
    assert rule["FunctionName"]["Ref"].startswith(f"{name}Function")
    assert str(rule["Qualifier"]).count(f"{name}Live") == 1
    assert {key: rule[key] for key in TICK_RETRIES} == TICK_RETRIES
    queue = template.one("AWS::SQS::Queue", "DeadLetters")
    destination = rule["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    assert template.body["Resources"][destination] == queue


def test_concurrency_is_not_reserved_unless_asked_for(template: Template) -> None:
    assert all("ReservedConcurrentExecutions" not in one for one in template.all("AWS::Lambda::Function"))


def test_a_stage_of_a_laptop_has_its_own_vendors_clock_processor_and_concurrency(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    output = tmp_path_factory.mktemp("laptop")
    context = {
        "stage": "laptop",
        "architecture": "x86_64",
        "tradier_url": "http://127.0.0.1:8001",
        "clock_file": "/tmp/clock",
        "reserved_concurrency": "true",
    }
    done = synthesize(output, context)
    assert done.returncode == 0, done.stdout + done.stderr
    trade = function(read_template(output), "Trade")
    variables = trade["Environment"]["Variables"]
    assert (variables["STAGE"], variables["PARAMETER_PREFIX"]) == ("laptop", "/alphagex/laptop")
    assert (variables["TRADIER_URL"], variables["CLOCK_FILE"]) == ("http://127.0.0.1:8001", "/tmp/clock")
    assert variables["POLYGON_URL"].startswith("https://")
    assert trade["Architectures"] == ["x86_64"]
    assert trade["ReservedConcurrentExecutions"] == 3
    assert read_template(output).all("AWS::SNS::Subscription") == []


def test_a_stage_in_aws_has_no_clock_of_its_own_and_real_vendors(template: Template) -> None:
    for name in FUNCTIONS:
        variables = function(template, name)["Environment"]["Variables"]
        assert "CLOCK_FILE" not in variables
        urls = [value for key, value in variables.items() if key.endswith("_URL")]
        assert len(urls) == 4
        assert all(url.startswith("https://") for url in urls)
