"""The replay's campaigns: rates by the topics, by the service's answers and by the data itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from demo.campaign_truth import CampaignTotals
from demo.campaigns import CouponBooks
from demo.steps_coupons import Granted

BP = 10_000


class Row(msgspec.Struct, frozen=True):
    """One campaign: what was asked for and came of it, and the data's own figures."""

    number: int
    kind: str
    targeted: int
    given: int
    redeemers: int
    redeemed: int
    truth: CampaignTotals

    @property
    def rate_bp(self) -> int:
        """Targeted households that redeemed, in basis points, floored."""
        return self.redeemers * BP // self.targeted if self.targeted else 0

    @property
    def truth_bp(self) -> int:
        """The same of the data."""
        return self.truth.redeemers * BP // self.truth.targeted if self.truth.targeted else 0

    @property
    def same(self) -> bool:
        """Whether households and redemptions are the data's, and so the rates."""
        truth = self.truth
        ours = (self.targeted, self.redeemers, self.redeemed)
        return ours == (truth.targeted, truth.redeemers, truth.redemptions)


class CampaignReport(msgspec.Struct, frozen=True):
    """All campaigns of a replay."""

    truth: Mapping[int, CampaignTotals]
    answers: Mapping[int, Granted]

    def rows(self, books: CouponBooks) -> Iterator[Row]:
        """A row per campaign of the data: redemptions by the topic, targets by mass grants."""
        for number, truth in self.truth.items():
            answer = self.answers.get(number) or Granted(0, 0, 0, 0)
            template = f"campaign-{number}"
            yield Row(
                number, truth.kind, answer.asked, answer.given, len(books.redeemers[template]),
                books.used[template], truth,
            )  # fmt: skip

    def checks(self, books: CouponBooks) -> Iterator[tuple[str, bool, str]]:
        """What must hold: says, whether it does, and what was compared."""
        rows = list(self.rows(books))
        wrong = [str(row.number) for row in rows if not row.same]
        targeted, redeemed = sum(row.targeted for row in rows), sum(row.redeemed for row in rows)
        detail = f"{len(rows)} campaigns, {targeted:,} targetings, {redeemed:,} redemptions"
        yield (
            "Each campaign's redemption rate is the data's own",
            not wrong,
            "; ".join([detail, *(f"campaign {number} differs" for number in wrong)]),
        )
        differ = [
            str(number)
            for number, answer in self.answers.items()
            if not _agrees(answer, books, f"campaign-{number}")
        ]
        yield (
            "Coupon's statistics of each campaign are what its topic says",
            not differ and self.answers.keys() == self.truth.keys(),
            f"{len(self.answers)} compared" + "".join(f"; {number} differs" for number in differ),
        )


def _agrees(answer: Granted, books: CouponBooks, template: str) -> bool:
    told = (len(books.targeted[template]), books.granted[template], books.used[template])
    return told == (answer.given, answer.issued, answer.used)
