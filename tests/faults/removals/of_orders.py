"""The guards of an order on its way: the desk, the reconciler, the walker, the alerts."""

from typing import Final

from tests.faults.removals.removal import (
    ACCOUNTS,
    ALERTS,
    BOOKING,
    CANCELS,
    CLIENT,
    CLIENT_TESTS,
    DESK,
    FAULT_TESTS,
    LEG_LEDGER,
    MINUTE,
    PHASE_TESTS,
    RECONCILE,
    STANDING,
    WALK,
    WORKING,
    Removal,
)

ORDERS: Final = (
    Removal(
        "the breaker is asked a last time",
        DESK,
        "if not may_leave(intent.kind, state):",
        "if False:",
        ("tests/faults/test_breaker.py",),
    ),
    Removal(
        "nothing is sent after the lease",
        DESK,
        "if claimed.lease_until is None or self.clock.now() >= claimed.lease_until:",
        "if False:",
        ("tests/faults/test_deliveries.py",),
    ),
    Removal(
        "nothing is sent after the session",
        DESK,
        "if not is_open(self.clock.now()):",
        "if False:",
        ("tests/functions/test_last_moments.py",),
    ),
    Removal(
        "who lost the claim does not send",
        DESK,
        "        except ConflictError:\n            return intent\n",
        "        except ConflictError:\n            pass\n",
        ("tests/faults/test_deliveries.py",),
    ),
    Removal(
        "silence is no refusal",
        DESK,
        "except OrderRejectedError as refusal:",
        "except (OrderRejectedError, OrderUnknownError) as refusal:",
        ("tests/faults/test_post.py",),
    ),
    Removal(
        "an UNKNOWN order is told",
        DESK,
        "            self.alerts.send(messages.unknown(doubted, str(silence), self.clock.now()))\n",
        "",
        ("tests/faults/test_alerts.py",),
    ),
    Removal(
        "a worker's lease is respected",
        RECONCILE,
        "if intent.state is IntentState.SUBMITTING and intent.lease_until is not None and now <= intent.lease_until:",
        "if False:",
        ("tests/faults/test_deliveries.py",),
    ),
    Removal(
        "a fill that cannot be booked is kept",
        RECONCILE,
        "            self._commit(intent, protocol.observe(intent, order, now))\n            self.alerts",
        "            self.alerts",
        ("tests/functions/test_unreadable.py",),
    ),
    Removal(
        "a forgotten order is booked by what the positions show of it",
        RECONCILE,
        "return surplus(intent, legs.booked, legs.held) == seen.filled_contracts",
        "return True",
        ("tests/functions/test_unreadable.py",),
    ),
    Removal(
        "an order is ours by its tag alone",
        RECONCILE,
        "mine = [order for order in orders if order.tag == intent.tag]",
        "mine = list(orders)",
        FAULT_TESTS,
    ),
    Removal(
        "a quiet period before an intent is given up",
        WORKING,
        "now > intent.lease_until + QUIET",
        "now > intent.lease_until",
        PHASE_TESTS,
    ),
    Removal(
        "two clean reads before an intent is given up",
        WORKING,
        "return quiet and intent.clean_absences >= CLEAN_ABSENCES",
        "return quiet",
        PHASE_TESTS,
    ),
    Removal(
        "a planned intent has its time too",
        WORKING,
        "return now > intent.planned_at + LEASE + QUIET",
        "return True",
        PHASE_TESTS,
    ),
    Removal(
        "the positions speak before an intent is given up",
        RECONCILE,
        "if touches(intent, legs.booked, legs.held):\n            return protocol.is_forgotten",
        "if False:\n            return protocol.is_forgotten",
        ("tests/functions/test_given_up_orders.py",),
    ),
    Removal(
        "nothing is booked without its price",
        WORKING,
        "return order.status.is_final and (order.filled_contracts == 0 or order.fill_price is not None)",
        "return order.status.is_final",
        PHASE_TESTS,
    ),
    Removal(
        "fills only grow",
        WORKING,
        "filled = max(intent.filled_contracts, order.filled_contracts)",
        "filled = order.filled_contracts",
        PHASE_TESTS,
    ),
    Removal(
        "a working entry is canceled by the breaker",
        WALK,
        "        if state is not TradingState.ACTIVE:\n",
        "        if state is None:\n",
        ("tests/faults/test_breaker.py",),
    ),
    Removal(
        "a POST is never sent again",
        CLIENT,
        "            reply = self._http.send(method, path, form=form, read_timeout_s=ORDER_TIMEOUT_S)\n"
        "        except FeedError as error:\n",
        "            reply = self._http.send(method, path, form=form, read_timeout_s=ORDER_TIMEOUT_S)\n"
        "        except FeedError:\n"
        "            reply = self._http.send(method, path, form=form, read_timeout_s=ORDER_TIMEOUT_S)\n"
        "        except ValueError as error:\n",
        CLIENT_TESTS,
    ),
)

TIME: Final = (
    Removal(
        "no order is changed whose answer the run could not hear",
        CANCELS,
        " or self.time_left() < CHANGE_SECONDS:",
        ":",
        ("tests/functions/test_slow_brokers.py",),
    ),
    Removal(
        "no order leaves at the end of a run",
        CLIENT,
        "if self._http.seconds_left < SHORTEST_ORDER_S:",
        "if False:",
        ("tests/unit/adapters/test_tradier_deadlines.py",),
    ),
    Removal(
        "no exit waits for balances",
        ACCOUNTS,
        "        if not asked.has_balances:\n",
        "        if False:\n",
        ("tests/functions/test_slow_brokers.py",),
    ),
    Removal(
        "a better premium brings the stop nearer",
        BOOKING,
        "2 * each_way < position.risk < risk",
        "False",
        ("tests/unit/phases/test_booking.py",),
    ),
)

TOLD: Final = (
    Removal(
        "an UNKNOWN whose alert was lost is told by the next run",
        STANDING,
        "    if intent.state is IntentState.UNKNOWN:\n",
        "    if False:\n",
        ("tests/faults/test_alerts.py",),
    ),
    Removal(
        "a BROKEN whose alert was lost is told by the next run",
        STANDING,
        "    if position.state is PositionState.BROKEN:\n",
        "    if False:\n",
        ("tests/faults/test_alerts.py",),
    ),
    Removal(
        "an event is told once",
        ALERTS,
        "        if self._log.claim(alert) and not self._is_away(alert):\n",
        "        if self._log.claim(alert) or True:\n",
        ("tests/unit/adapters/test_sns.py",),
    ),
    Removal(
        "a difference has lasted before it breaks a position",
        LEG_LEDGER,
        "    if known and watch.suspected_at is not None and asked_at - watch.suspected_at < APART:\n",
        "    if False:\n",
        ("tests/faults/test_same_second.py",),
    ),
    Removal(
        "what filled since the book was read is nobody else's",
        LEG_LEDGER,
        "for symbol, n in strange.items() if symbol not in newer}",
        "for symbol, n in strange.items()}",
        ("tests/faults/test_same_second.py",),
    ),
    Removal(
        "a failure is counted once",
        WORKING,
        " and not intent.failure_counted else ()",
        " else ()",
        ("tests/faults/test_same_second.py",),
    ),
    Removal(
        "the present day's loss stays when an earlier day's result comes late",
        BOOKING,
        "    if ledger.day is not None and day < ledger.day:\n",
        "    if False:\n",
        ("tests/unit/phases/test_booking.py",),
    ),
    Removal(
        "an alert that its writer may still be sending is left to it",
        MINUTE,
        "                if self.sight.read_at[bot] - alert.at < STILL_SENDING:\n",
        "                if False:\n",
        ("tests/faults/test_same_second.py",),
    ),
    Removal(
        "an alert that SNS did not take is sent by the next run",
        MINUTE,
        "                if not self.tools.alerts.resend(alert):\n                    return\n",
        "                pass\n",
        ("tests/functions/test_incidents.py",),
    ),
)
