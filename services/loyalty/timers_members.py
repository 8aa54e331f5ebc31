"""Due rows of tiers and paid memberships → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.timers import Timer, TimerHandler
from services.loyalty.paid_memberships import UNPAID_TIMER, EndMembership
from services.loyalty.paid_terms import END_TIMER
from services.loyalty.tier_terms import EvaluateTier, NoticeTier
from services.loyalty.tiers import NOTICE_TIMER, TERM_TIMER


def evaluate_tier(timer: Timer, new_id: str) -> EvaluateTier:
    """A tier's validity ends: kept, one level down, or over; L9."""
    return EvaluateTier(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        grant_id=timer.ref,
    )


def notice_tier(timer: Timer, new_id: str) -> NoticeTier:
    """Some days before: who is about to fall is told."""
    return NoticeTier(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        grant_id=timer.ref,
    )


def end_membership(timer: Timer, new_id: str) -> EndMembership:
    """A paid term is over, or a purchase stayed unpaid."""
    return EndMembership(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        membership_id=timer.ref,
    )


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    TERM_TIMER: evaluate_tier,
    NOTICE_TIMER: notice_tier,
    END_TIMER: end_membership,
    UNPAID_TIMER: end_membership,
}
