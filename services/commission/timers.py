"""Commission's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.timers import Timer, TimerHandler
from services.commission.accruals import SETTLE_TIMER
from services.commission.guide_tasks import TASK_TIMER, ExpireTask
from services.commission.referral_orders import LOOK_TIMER
from services.commission.referral_rewards import LookAtReferral
from services.commission.settlements import SettleAccrual
from services.commission.targets import TARGET_TIMER, TellProgress


def _about(timer: Timer, new_id: str) -> dict[str, Any]:
    return {
        "id": timer.command_id,
        "merchant_id": timer.merchant_id,
        "at": timer.due_at,
        "new_id": new_id,
    }


def settle(timer: Timer, new_id: str) -> SettleAccrual:
    """A refund window has passed: one timer per order settles all its entries."""
    return SettleAccrual(**_about(timer, new_id), source_id=timer.ref)


def look(timer: Timer, new_id: str) -> LookAtReferral:
    """An order of a referred member was completed or refunded."""
    return LookAtReferral(**_about(timer, new_id), member_id=timer.ref.partition("|")[0])


def tell(timer: Timer, new_id: str) -> TellProgress:
    """Midnight: how far a target is."""
    return TellProgress(**_about(timer, new_id), target_id=timer.ref)


def expire_task(timer: Timer, new_id: str) -> ExpireTask:
    """A guide's task is due."""
    return ExpireTask(**_about(timer, new_id), task_id=timer.ref)


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    SETTLE_TIMER: settle,
    LOOK_TIMER: look,
    TARGET_TIMER: tell,
    TASK_TIMER: expire_task,
}
