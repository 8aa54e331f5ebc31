"""Benefits (会员权益): what each tier and each paid plan gives, and what one member has of it.

Free tier and paid plan run side by side; of each kind a member has the best one, and can be told
why (M08, M11; domain.md §2.10; parity.md §2 item 14).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Literal

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.loyalty.errors_members import BenefitInvalid

Better = Literal["HIGHER", "LOWER"]
Owner = Literal["TIER", "PLAN"]
# What the figure of a well-known kind can mean, both ends included. Points are multiplied by at
# most a hundred: beyond that a figure is a slip, and one below zero takes points for buying.
_FIGURES: Final[Mapping[str, tuple[int, int]]] = {
    "MEMBER_PRICE_OFF_BP": (0, 10_000),
    "POINTS_MULTIPLIER_BP": (0, 1_000_000),
    "FREE_SHIPPING_FROM_FEN": (0, 10_000_000_000),
    "BIRTHDAY_POINTS": (0, 1_000_000_000),
    "RETURN_DAYS": (0, 3_650),
}


# Of the well-known kinds those where a smaller figure is better.
_LOWER: Final = frozenset({"FREE_SHIPPING_FROM_FEN"})


class Benefit(msgspec.Struct, frozen=True):
    """One benefit: its kind, its figure, and which figure is better for the member.

    Well-known kinds: MEMBER_PRICE_OFF_BP (basis points off), POINTS_MULTIPLIER_BP (15 000 is 1.5×),
    FREE_SHIPPING_FROM_FEN (lower is better), BIRTHDAY_POINTS, RETURN_DAYS. Others are the
    merchant's own.
    """

    kind: str
    value: int
    better: Better = "HIGHER"
    note: str = ""

    @property
    def is_better_lower(self) -> bool:
        """Whether a smaller figure is better: known of the well-known kinds, whoever set it."""
        return self.kind in _LOWER if self.kind in _FIGURES else self.better == "LOWER"


class BenefitCatalogue(Row, frozen=True):
    """What one tier or plan gives."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "catalogue_id")

    merchant_id: str
    # <TIER|PLAN>:<id>
    catalogue_id: str
    owner: Owner
    owner_id: str
    version: int
    benefits: list[Benefit]
    set_by: str
    set_at: datetime


class Source(msgspec.Struct, frozen=True):
    """Why a member has a benefit: the tier or plan, and until when."""

    owner: Owner
    owner_id: str
    valid_until: datetime | None = None


class Held(msgspec.Struct, frozen=True):
    """The best benefit of its kind, its source, and the ones it beat."""

    benefit: Benefit
    source: Source
    beaten: list[tuple[Benefit, Source]]


def catalogue_id(owner: Owner, owner_id: str) -> str:
    """The key of a catalogue."""
    return f"{owner}:{owner_id}"


def best(candidates: Iterable[tuple[Benefit, Source]]) -> list[Held]:
    """Of each kind the best benefit, ordered by kind. Ties go to the one that was named first."""
    kinds: dict[str, list[tuple[Benefit, Source]]] = {}
    for benefit, source in candidates:
        kinds.setdefault(benefit.kind, []).append((benefit, source))
    held = []
    for kind in sorted(kinds):
        found = kinds[kind]
        sign = -1 if found[0][0].is_better_lower else 1
        ranked = sorted(found, key=lambda one: -sign * one[0].value)
        held.append(Held(ranked[0][0], ranked[0][1], ranked[1:]))
    return held


class SetBenefits(Command, frozen=True, kw_only=True):
    """Replaces what one tier or plan gives. Refuses BENEFIT_INVALID."""

    RESULT: ClassVar[type] = BenefitCatalogue

    owner: Owner
    owner_id: str
    benefits: Sequence[Benefit]
    operator: str

    def lane(self) -> str:
        return catalogue_id(self.owner, self.owner_id)

    def reads(self, found: State) -> Iterable[Read]:
        return ((BenefitCatalogue, (self.merchant_id, self.lane())),)

    def decide(self, state: State) -> Decision:
        for number, benefit in enumerate(self.benefits):
            least, most = _FIGURES.get(benefit.kind, (benefit.value, benefit.value))
            if not least <= benefit.value <= most:
                raise BenefitInvalid(field=f"benefits[{number}].value", least=least, most=most)
        old = state.get(BenefitCatalogue, (self.merchant_id, self.lane()))
        catalogue = BenefitCatalogue(
            self.merchant_id, self.lane(), self.owner, self.owner_id,
            (old.version if old else 0) + 1, list(self.benefits), self.operator, self.at,
        )  # fmt: skip
        return Decision(catalogue, [catalogue])
