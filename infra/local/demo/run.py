"""One demo from start to end: bring the laptop up, replay, read back, report."""

import time
from pathlib import Path
from typing import Final

from infra.local.demo.laptop import Laptop
from infra.local.demo.market import embedded_market
from infra.local.demo.plan import DemoPlan
from infra.local.demo.readback import summarize
from infra.local.demo.replay import Replay
from infra.local.demo.report import write_report
from infra.local.demo.sandboxes import Sandboxes
from infra.local.demo.summary import DemoSummary
from infra.local.demo.terminal import DemoScreen
from infra.local.recording import record, recording_beside, write_recording

REPLAY_DOCUMENT: Final = '{"exits": {"near_edge": "0"}}'
"""Nothing is watched every 5 seconds for being near its edge: the paths are drawn by the minute."""


def run_demo(plan: DemoPlan, screen: DemoScreen, report: Path, port: int | None = None) -> DemoSummary:
    """Run a demo and write its report; everything that was started is stopped again, whatever happens."""
    started = time.monotonic()
    screen.note("starting the embedded AWS and the simulated vendors on 127.0.0.1")
    first = plan.ticks(plan.days[0])[0]
    with (
        Sandboxes("trade", len(plan.bots)) as traders,
        Laptop(embedded_market(plan.seed, first), first, port=port, document=REPLAY_DOCUMENT) as laptop,
    ):
        traders.open(laptop.environment)
        replay = Replay(laptop, traders, plan, screen)
        screen.start(plan.days[0], plan.days[-1], sum(len(plan.ticks(day)) for day in plan.days))
        try:
            replay.run()
        finally:
            screen.stop()
        recording = record(laptop, plan)
        summary = summarize(laptop, replay, recording, time.monotonic() - started)
        write_recording(recording, recording_beside(report))
    write_report(summary, report)
    return summary
