"""The coupon service's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.commands import Command
from common.timers import Timer, TimerHandler
from services.coupon import (
    closings,
    codes,
    coupons,
    expiry,
    fission_groups,
    fission_rewards,
    grant_batches,
    grants,
    issuing,
    locks,
    merges,
    pack_refunds,
    packs,
    recalls,
    transfers,
)


def about(timer: Timer, new_id: str) -> dict[str, Any]:
    """What every command takes from its timer."""
    return {
        "id": timer.command_id,
        "merchant_id": timer.merchant_id,
        "at": timer.due_at,
        "new_id": new_id,
    }


def _numbered(timer: Timer) -> tuple[str, int]:
    """A ref that names something and a number of it."""
    name, _, number = timer.ref.rpartition("/")
    return name, int(number)


def run_block(timer: Timer, new_id: str) -> Command:
    """Coupons of a block end, or will soon."""
    template_id, block = _numbered(timer)
    return expiry.RunBlock(**about(timer, new_id), template_id=template_id, block=block)


def expire_coupon(timer: Timer, new_id: str) -> Command:
    """A coupon that had come back ends."""
    return expiry.ExpireCoupon(**about(timer, new_id), coupon_id=timer.ref)


def unlock(timer: Timer, new_id: str) -> Command:
    """An order was not paid in time; C8, X3."""
    return locks.UnlockCoupons(
        **about(timer, new_id), order_id=timer.ref, by_event=True, expired=True
    )


def retry_grant(timer: Timer, new_id: str) -> Command:
    """A promised grant is to be kept, now or again; saga S1."""
    return grants.RetryGrant(**about(timer, new_id), grant_id=timer.ref)


def grant_chunk(timer: Timer, new_id: str) -> Command:
    """The next chunk of a mass grant; saga S6."""
    batch_id, chunk = _numbered(timer)
    return grant_batches.GrantOneChunk(
        **about(timer, new_id), batch_id=batch_id, chunk=chunk, timer=timer.kind
    )


def recall_block(timer: Timer, new_id: str) -> Command:
    """The next block of a recall."""
    recall_id, block = _numbered(timer)
    return recalls.RecallBlock(**about(timer, new_id), recall_id=recall_id, block=block)


def end_transfer(timer: Timer, new_id: str) -> Command:
    """No friend took the coupon."""
    return transfers.EndTransfer(**about(timer, new_id), transfer_id=timer.ref)


def end_codes(timer: Timer, new_id: str) -> Command:
    """Printed codes are not good any more."""
    return codes.EndCodes(**about(timer, new_id), code_batch_id=timer.ref)


def look_again(timer: Timer, new_id: str) -> Command:
    """What a merge or a closing left behind follows; sagas S9, S10."""
    from_id, _, into_id = timer.ref.partition("/")
    if not into_id:
        return closings.CloseMember(**about(timer, new_id), member_id=from_id)
    return merges.MergeMembers(
        **about(timer, new_id), merge_id="", from_id=from_id, into_id=into_id, again=True
    )


def end_group(timer: Timer, new_id: str) -> Command:
    """A fission group's time is over; F1."""
    return fission_groups.EndGroup(**about(timer, new_id), group_id=timer.ref)


def reward_group(timer: Timer, new_id: str) -> Command:
    """A completed fission group is to be rewarded, now or again; F2."""
    return fission_rewards.RewardGroup(**about(timer, new_id), group_id=timer.ref)


def close_pack(timer: Timer, new_id: str) -> Command:
    """A pack was not paid."""
    return packs.ClosePack(**about(timer, new_id), pack_id=timer.ref)


def refund_pack_again(timer: Timer, new_id: str) -> Command:
    """A pack's refund failed an hour ago, or was not answered for a day."""
    # A refund goes by the id of its payment where that bought nothing, and such ids are others'.
    pack_id, asked = timer.ref.split("/", 1)
    refund_id, amount_fen = asked.rsplit("/", 1)
    return pack_refunds.AskPackRefundAgain(
        **about(timer, new_id), pack_id=pack_id, refund_id=refund_id, amount_fen=int(amount_fen)
    )


def repay_pack(timer: Timer, new_id: str) -> Command:
    """A coupon of a refunded pack came back from its order."""
    pack_id, _, coupon_id = timer.ref.partition("/")
    return pack_refunds.RepayPack(**about(timer, new_id), pack_id=pack_id, coupon_id=coupon_id)


def finish_pack(timer: Timer, new_id: str) -> Command:
    """A pack's last delivery is due."""
    return packs.FinishPack(**about(timer, new_id), pack_id=timer.ref)


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    issuing.BLOCK_TIMER: run_block,
    coupons.COUPON_TIMER: expire_coupon,
    locks.LOCK_TIMER: unlock,
    grants.GRANT_TIMER: retry_grant,
    **dict.fromkeys(grant_batches.WINDOWS, grant_chunk),
    recalls.RECALL_TIMER: recall_block,
    transfers.TRANSFER_TIMER: end_transfer,
    codes.CODES_TIMER: end_codes,
    merges.MERGE_TIMER: look_again,
    fission_groups.EXPIRY_TIMER: end_group,
    fission_groups.REWARD_TIMER: reward_group,
    packs.CLOSE_TIMER: close_pack,
    packs.DELIVERED_TIMER: finish_pack,
    packs.REFUND_TIMER: refund_pack_again,
    coupons.UNUSED_TIMER: repay_pack,
}
