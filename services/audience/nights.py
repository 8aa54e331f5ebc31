"""The night: when a merchant's runs over all members begin, and what starts the first one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from common.rows import Row, State
from common.timers import Timer
from services.audience.days import day_of, midnight
from services.audience.lifecycle import SCOPE, LifecyclePolicy
from services.audience.profiles import new_policy

NIGHT_TIMER: Final = "audience_night"
NIGHT: Final = timedelta(hours=3)


def last_night(at: datetime) -> datetime:
    """When the last night's runs were due, at ``at`` or before."""
    due = midnight(day_of(at)) + NIGHT
    return due if due <= at else due - timedelta(days=1)


def next_night(merchant_id: str, at: datetime) -> Timer:
    """The timer of the next night's runs: at three in China."""
    return Timer(merchant_id, NIGHT_TIMER, "all", last_night(at) + timedelta(days=1))


def first_of_merchant(state: State, merchant_id: str, at: datetime) -> list[Row]:
    """What a merchant's first order brings: the policy of who set none, and the nightly runs."""
    if state.get(LifecyclePolicy, (merchant_id, SCOPE)) is not None:
        return []
    return [new_policy(merchant_id, at), next_night(merchant_id, at)]
