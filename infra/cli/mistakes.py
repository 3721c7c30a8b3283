"""How the command line tells what went wrong: one line that says what and the remedy, and an exit code."""

import sys
from collections.abc import Callable, Iterator
from typing import Final

import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.errors import LocalStageError
from shared.domain.errors import AlphaGexError, InvalidValueError

FOUND: Final = 1
"""The command worked and found something that is not as it should be."""
MISTAKE: Final = 2
"""The user asked for something impossible."""
UNREACHABLE: Final = 3
"""AWS, a vendor or the store did not do what it was asked."""
INTERRUPTED: Final = 130

LOG_IN: Final = "log in again (`aws sso login`, or renew the keys), or give --profile"
_BY_NAME: Final = {
    "NoCredentialsError": ("no AWS credentials were found", "run `aws configure`, or give --profile"),
    "PartialCredentialsError": ("the AWS credentials are not complete", "run `aws configure`"),
    "ProfileNotFound": ("there is no such AWS profile", "`aws configure list-profiles` lists yours"),
    "NoRegionError": ("no AWS region is set", "give --region"),
    "InvalidRegionError": ("there is no such AWS region", "give --region such as us-east-1"),
    "SSOTokenLoadError": ("the AWS login has expired", LOG_IN),
    "UnauthorizedSSOTokenError": ("the AWS login has expired", LOG_IN),
    "TokenRetrievalError": ("the AWS login has expired", LOG_IN),
}
_SILENT: Final = {
    "EndpointConnectionError": ("AWS cannot be reached", "check the network and --region"),
    "ConnectTimeoutError": ("AWS did not answer in time", "check the network, then try again"),
    "ReadTimeoutError": ("AWS did not answer in time", "try again"),
}
_BY_CODE: Final = {
    "ExpiredToken": ("the AWS login has expired", LOG_IN),
    "ExpiredTokenException": ("the AWS login has expired", LOG_IN),
    "RequestExpired": ("AWS takes the request for an old one", "set the clock of this machine"),
    "InvalidClientTokenId": ("AWS does not know these credentials", LOG_IN),
    "UnrecognizedClientException": ("AWS does not know these credentials", LOG_IN),
    "SignatureDoesNotMatch": ("AWS refuses the signature of these credentials", LOG_IN),
    "ResourceNotFoundException": ("a table or function of this stage is gone", "deploy with `make deploy`"),
}
_DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


class CommandError(Exception):
    """The user asked for something impossible; ``message`` says what, ``remedy`` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}; {remedy}")
        self.message = message
        self.remedy = remedy


def told(command: Callable[[], object]) -> int:
    """Run a command and return its exit code; what a user or the outside did is told in one line."""
    try:
        code = command()
    except (CommandError, LocalStageError, InvalidValueError) as mistake:
        return _say(str(mistake), MISTAKE)
    except typer.TyperException as mistake:
        return _misspelt(mistake)
    except (AlphaGexError, BotoCoreError, ClientError) as error:
        line, code = explained(error)
        return _say(line, code)
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    if code == INTERRUPTED:
        return _stopped()
    return code if isinstance(code, int) else 0


def explained(error: BaseException) -> tuple[str, int]:
    """Return one line for an error, with the remedy where AWS's own words call for one, and the exit code."""
    for one in _chain(error):
        if not isinstance(one, BotoCoreError | ClientError):
            continue
        silent = _SILENT.get(type(one).__name__)
        if silent is not None:
            return "; ".join(silent), UNREACHABLE
        code = _code_of(one)
        known = _BY_NAME.get(type(one).__name__) or _BY_CODE.get(code)
        if known is not None:
            return "; ".join(known), MISTAKE
        if code in _DENIED:
            return f"AWS does not allow it: {_one_line(one)}; ask for this permission, or give --profile", MISTAKE
    return _one_line(error), UNREACHABLE


def _misspelt(mistake: typer.TyperException) -> int:
    """Tell of an option, argument or command that there is not; a command group alone shows its help."""
    context, told_as = getattr(mistake, "ctx", None), getattr(mistake, "format_message", mistake.__str__)
    words = " ".join(told_as().replace("Value error, ", "").split()).rstrip(".")
    if words:
        return _say(f"{words}; see `{context.command_path if context else 'alphagex'} --help`", MISTAKE)
    return MISTAKE


def _chain(error: BaseException) -> Iterator[BaseException]:
    present: BaseException | None = error
    while present is not None:
        yield present
        present = present.__cause__ or present.__context__


def _code_of(error: BaseException) -> str:
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _say(line: str, code: int) -> int:
    sys.stderr.write(f"alphagex: {line}\n")
    return code


def _stopped() -> int:
    sys.stderr.write("alphagex: stopped; nothing is left running\n")
    return INTERRUPTED
