"""What the stack is told of a laptop: its processor, what its AWS lacks, its simulators and its clock."""

import platform
from pathlib import Path
from typing import Final

from infra.local.errors import LocalStageError
from infra.local.vendors.simulators import VendorUrls

PROCESSORS: Final = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64"}


def this_machine() -> dict[str, str]:
    """Return the context for this processor, and for an AWS that knows no saved queries.

    Raises:
        LocalStageError: the libraries in the bundle do not run here.
    """
    known = PROCESSORS.get(platform.machine()) if platform.system() == "Linux" else None
    if known is None:
        raise LocalStageError(
            f"the functions' bundle is made for Linux and does not run on {platform.system()} {platform.machine()}",
            "run the local stage on Linux, in a virtual machine or under WSL",
        )
    return {"architecture": known, "saved_queries": "false"}


def simulated(urls: VendorUrls, clock_file: Path) -> dict[str, str]:
    """Return the context that leads the functions to these simulators and this clock."""
    return {name.lower(): host for name, host in urls.hosts.items()} | {"clock_file": str(clock_file)}
