"""The parts of monitor that only a traded account needs: each is loaded and made when it is first asked something.

Most runs find nothing held and nothing on its way, and a cold start answers sooner without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.later import later

if TYPE_CHECKING:
    from functions.monitor.accounts import Accounts
    from functions.monitor.exits import Exits
    from functions.monitor.reconcile import Reconciler
    from functions.monitor.walk import Walker
    from shared.composition import Stage


def reconciler_of(stage: Stage) -> Reconciler:
    """Return what brings intents and the orders at the broker together."""

    def make() -> Reconciler:
        from functions.monitor.reconcile import Reconciler

        return Reconciler(stage.book, stage.alerts, stage.clock)

    return later(make)


def accounts_of(stage: Stage, reconciler: Reconciler) -> Accounts:
    """Return what brings the book and the accounts together."""

    def make() -> Accounts:
        from functions.monitor.accounts import Accounts
        from functions.monitor.ledger import LegLedger
        from functions.monitor.shares import Deliveries

        book, alerts, clock = stage.book, stage.alerts, stage.clock
        ledger = LegLedger(book, stage.trips, alerts, clock, Deliveries(book, lambda: stage.trade_history))
        return Accounts(book, reconciler, ledger, alerts, clock, stage.background)

    return later(make)


def walker_of(stage: Stage, reconciler: Reconciler) -> Walker:
    """Return what works the orders."""

    def make() -> Walker:
        from functions.monitor.walk import Walker

        return Walker(stage.book, reconciler, stage.alerts, stage.clock, stage.run_time.left)

    return later(make)


def exits_of(stage: Stage) -> Exits:
    """Return what looks after the positions."""

    def make() -> Exits:
        from functions.monitor.exits import Exits

        return Exits(stage.book, stage.desk, stage.market_data, stage.alerts, stage.clock)

    return later(make)
