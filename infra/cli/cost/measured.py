"""What one run takes, as measured: processor time, and units of DynamoDB.

Processor times are those of the bundle under Python 3.13 (`make bench ONLY=functions`, which prints them), with AWS and
vendors, on an x86-64 core that was busy with other work (a quiet one takes less);
units follow from the sizes of the stored items (a flat decision 3.2 KB, a snapshot 0.6 KB).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from infra.aws.catalogue import FUNCTIONS, FunctionName

MEASURED_ON: Final = date(2026, 11, 23)


class Run(StrEnum):
    """A kind of run of a function."""

    COLLECT = "collect, a minute of the session"
    TRADE = "trade, one bot's decision"
    TRADE_AGAIN = "trade, nothing new"
    MONITOR = "monitor, nothing held"
    MONITOR_HOLDING = "monitor, positions held"
    LOOK = "monitor, one more look in the 5-second loop"
    LEARN = "learn"


VCPU_MB: Final = 1_769
"""Memory that brings a whole processor; less brings its share."""
AWS_SECONDS: Final = Decimal("0.005")
"""A call to DynamoDB, SSM or EventBridge in the same region."""


@dataclass(frozen=True)
class Taken:
    """Milliseconds of a whole processor, calls to AWS, waits for a vendor, write and read units, bytes of log."""

    processor_ms: Decimal
    aws_calls: int
    vendor_waits: Decimal
    writes: int
    reads: int
    log_bytes: int

    def seconds(self, memory_gb: Decimal) -> Decimal:
        """Return the seconds of a run without vendors, in a function of this size."""
        share = min(memory_gb * 1024 / VCPU_MB, Decimal(1))
        return self.processor_ms / 1000 / share + self.aws_calls * AWS_SECONDS


TAKEN: Final[Mapping[Run, Taken]] = {
    Run.COLLECT: Taken(Decimal("17.5"), 4, Decimal(1), writes=2, reads=1, log_bytes=2_200),
    Run.TRADE: Taken(Decimal("9.5"), 4, Decimal(0), writes=10, reads=2, log_bytes=1_500),
    Run.TRADE_AGAIN: Taken(Decimal(2), 2, Decimal(0), writes=0, reads=1, log_bytes=500),
    Run.MONITOR: Taken(Decimal(9), 6, Decimal(0), writes=2, reads=4, log_bytes=900),
    Run.MONITOR_HOLDING: Taken(Decimal(20), 9, Decimal("0.5"), writes=2, reads=5, log_bytes=1_200),
    Run.LOOK: Taken(Decimal(8), 1, Decimal(0), writes=0, reads=1, log_bytes=0),
    Run.LEARN: Taken(Decimal("12.5"), 10, Decimal(0), writes=4, reads=20, log_bytes=900),
}

MEMORY_GB: Final[Mapping[FunctionName, Decimal]] = {spec.name: Decimal(spec.memory_mb) / 1024 for spec in FUNCTIONS}
