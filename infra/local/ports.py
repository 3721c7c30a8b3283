"""TCP ports on the loopback interface."""

import errno
import socket

from infra.local.errors import LocalStageError

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65_535


def free_port() -> int:
    """A port that nobody listens on, chosen by the operating system."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a port can be bound."""
    try:
        require_free(port)
    except LocalStageError:
        return False
    return True


def require_free(port: int, *, option: str = "--port") -> None:
    """Refuse a port that cannot be bound; `option` is what the user gives to choose another one."""
    if not 0 < port <= HIGHEST_PORT:
        raise LocalStageError(f"port {port} does not exist", f"choose one from 1 to {HIGHEST_PORT} with {option}")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            remedy = f"stop what listens there, or choose another one with {option}"
            raise LocalStageError(f"port {port} on {LOOPBACK} {reason}", remedy) from error
