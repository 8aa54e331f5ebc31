"""What an item would bring now: an order of it alone, by the same rates and under the same cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from services.commission.bindings import Held
from services.commission.entries import Line, cap_fen, capped, promoter_shares
from services.commission.programmes import LineRate, Price, Programme, Rate, price_of
from services.commission.promoters import Promoter, admitted

_SOMEBODY = "somebody"


def estimate(
    programme: Programme, promoter_id: str, near: Sequence[Held], rates: Mapping[str, Rate],
    line: Line, item: tuple[str, str],
) -> tuple[int, int]:  # fmt: skip
    """What L1 and L2 would earn, in fen, of ``line``; ``item`` is its SKU and its product.

    ``near`` is the promoter, and who is above: L1 earns by the own level, L2 by its. Who may not
    promote, or is not there, earns nothing. Without a promoter: what anybody without a level
    would earn. The base is what is paid. domain.md §2.2, D1, §2.14.
    """
    levels: list[str | None] = ["", ""]
    if promoter_id:
        levels = [_level(programme, promoter_id, near), _above(near)]
    prices = [
        Price(0) if level is None else price_of(programme, number, level, rates, *item)
        for number, level in enumerate(levels, 1)
    ]
    terms = replace(programme.terms, base="NET_PAID")
    shares = promoter_shares([line], [LineRate("", *prices)], terms, _SOMEBODY, _SOMEBODY)
    due = {share.role: share.amount_fen for share in capped(shares, cap_fen([line], terms))}
    return due.get("L1", 0), due.get("L2", 0)


def _level(programme: Programme, promoter_id: str, near: Sequence[Held]) -> str | None:
    """The promoter's level; None if the promoter may not promote."""
    for one in near:
        if one.depth == 0 and one.state != "NONE":
            return one.level_id if one.state == "ACTIVE" else None
    merchant = programme.merchant_id
    made = admitted(programme, Promoter(merchant, promoter_id), merchant, promoter_id)
    return None if made is None else made.level_id


def _above(near: Sequence[Held]) -> str | None:
    """The level of who is above the promoter; None if nobody earns there."""
    for one in near:
        if one.depth == 1 and one.state == "ACTIVE":
            return one.level_id
    return None
