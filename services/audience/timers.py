"""Audience's clock door: due rows → commands. One file per kind of work; here they are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from common.service import Kit
from common.timers import Sweep, TimerHandler
from services.audience import (
    timers_fits,
    timers_replenishment,
    timers_runs,
    timers_segments,
    timers_stages,
)
from services.audience.config import Config
from services.audience.nights import NIGHT_TIMER


def handlers(kit: Kit[Config]) -> Mapping[str, TimerHandler]:
    """What each kind of timer becomes."""
    return {
        NIGHT_TIMER: timers_runs.nights(kit.clock),
        **timers_fits.HANDLERS,
        **timers_segments.HANDLERS,
    }


def sweeps(kit: Kit[Config]) -> Sequence[Sweep]:
    """What looks for due rows in audience's tables."""
    return (
        timers_stages.sweep(kit.pool),
        timers_replenishment.sweep(kit.pool),
        timers_runs.medians(kit.pool),
        timers_runs.recomputing(kit.pool),
        timers_runs.scoring(kit.pool),
        timers_runs.trimming(kit.pool, kit.config.behaviour_retention_days),
        *timers_segments.sweeps(kit.pool),
    )
