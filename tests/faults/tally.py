"""What a run of the state machine has seen, in numbers that can be added."""

from dataclasses import asdict, dataclass


@dataclass
class Tally:
    """Counts; those that must be zero are found by the final check of each example, whatever the asserts say."""

    examples: int = 0
    faults_injected: int = 0
    crashes: int = 0
    functions_called: int = 0
    orders_sent: int = 0
    trades_closed: int = 0
    invariants_checked: int = 0
    duplicate_orders: int = 0
    lost_or_orphaned_positions: int = 0
    fills_unbooked_or_double: int = 0
    cents_apart: int = 0

    def add(self, other: "Tally") -> None:
        """Add another run's counts."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)

    def lines(self) -> str:
        """Return the counts, one a line."""
        return "\n".join(f"{name.replace('_', ' '):>28} {count:>10,}" for name, count in asdict(self).items())

    @property
    def is_clean(self) -> bool:
        """Whether every number that must be zero is zero."""
        wrong = self.duplicate_orders + self.lost_or_orphaned_positions + self.fills_unbooked_or_double
        return not wrong and not self.cents_apart
