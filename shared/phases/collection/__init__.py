"""Phase 1: what is the market now, and can it be trusted?"""

from shared.phases.collection.judging import snapshots
from shared.phases.collection.measures import MA_LONG, breakout, iv_percentile, iv_rank, momentum_of, year_of

__all__ = ["MA_LONG", "breakout", "iv_percentile", "iv_rank", "momentum_of", "snapshots", "year_of"]
