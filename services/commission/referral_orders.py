"""How an order reaches the referral of its buyer: by a timer that is due at once.

The referral touches other accounts than the order, so it looks at the order in a command of its
own, after the order's has committed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from common.rows import Group, Row
from common.timers import Timer

LOOK_TIMER: Final = "referral_look"


class Referred(Row, frozen=True):
    """That the buyer of a source was referred by somebody. Read only: joined by the order."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "source_id")

    merchant_id: str
    source_id: str
    member_id: str


REFERRED = Group(Referred, ("merchant_id", "source_id"))


def look_again(referred: Iterable[Referred], why: str, source_id: str, at: datetime) -> list[Row]:
    """A timer per referral that this change may concern; ``why`` keeps two of one moment apart."""
    return [
        Timer(one.merchant_id, LOOK_TIMER, f"{one.member_id}|{source_id}|{why}", at)
        for one in referred
    ]
