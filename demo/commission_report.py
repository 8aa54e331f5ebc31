"""The replay's commission: performance per store and guide against the data, and what is owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from danke.events import commission

MADE_UP: Final = (
    "Commission",
    "Each store has one guide, who sold its orders and opened its members' cards. 1 household in 20"
    " promotes; 1 in 5 of those that join later is bound to one of them for ever. Promoters get 3 %"
    " of the goods, guides 1 % where nobody promoted.",
)


class CommissionBooks:
    """What commission's topics add up to; ``takers`` is what the tally hands events to."""

    def __init__(self) -> None:
        # Goods sold by guide, and what came back of them: SALES alone is each order once.
        self.sold: Counter[str] = Counter()
        self.back: Counter[str] = Counter()
        self.exclusive_fen = 0
        # By payee kind: promised, taken back by refunds, and become available.
        self.sums: Counter[tuple[str, str]] = Counter()

    @property
    def takers(self) -> Mapping[type[Any], Callable[[Any], None]]:
        """Which events count, and how."""
        return {
            commission.GuidePerformanceRecorded: self._performance,
            commission.CommissionEstimated: self._estimated,
            commission.CommissionAdjusted: self._less,
            commission.CommissionClawedBack: self._less,
            commission.CommissionSettled: self._settled,
        }

    def _performance(self, event: commission.GuidePerformanceRecorded) -> None:
        if event.kind != "SALES":
            self.exclusive_fen += event.amount_fen
        elif event.refund_id:
            self.back[event.guide_id] -= event.amount_fen
        else:
            self.sold[event.guide_id] += event.amount_fen

    def _estimated(self, event: commission.CommissionEstimated) -> None:
        self.sums[event.payee_kind, "promised"] += event.amount_fen

    def _less(self, event: commission.CommissionAdjusted | commission.CommissionClawedBack) -> None:
        self.sums[event.payee_kind, "taken back"] -= event.delta_fen

    def _settled(self, event: commission.CommissionSettled) -> None:
        self.sums[event.payee_kind, "available"] += event.amount_fen


class CommissionReport(msgspec.Struct, frozen=True):
    """What commission answered when the shopping was over."""

    promoters: int = 0
    brought: int = 0
    # By store: goods sold, what of it came back, orders. Fen.
    stores: Mapping[str, tuple[int, int, int]] = {}
    # By payee kind: everything earned that refunds left.
    owed: Mapping[str, int] = {}

    def checks(
        self, books: CommissionBooks, by_store: Mapping[int, int], refunded_fen: int
    ) -> Iterator[tuple[str, bool, str]]:
        """What must be true, and what was compared."""
        truth = {str(store): fen for store, fen in by_store.items() if fen}
        answered = {store: sold for store, (sold, _, _) in self.stores.items()}
        yield (
            "Performance of every store equals the data's sales of that store, to the fen",
            answered == truth,
            _differ(answered, truth),
        )
        guides = {guide.removeprefix("g"): fen for guide, fen in books.sold.items()}
        yield (
            "Every store's one guide sold what the store sold",
            guides == truth,
            _differ(guides, truth),
        )
        back = sum(each for _, each, _ in self.stores.values())
        yield (
            "What came back left the performance of its store and guide",
            back == refunded_fen == books.back.total(),
            f"{back} fen by stores, {books.back.total()} by guides, {refunded_fen} by orders",
        )
        earned = {
            kind: books.sums[kind, "promised"] - books.sums[kind, "taken back"]
            for kind in {kind for kind, _ in books.sums}
        }
        yield (
            "Commission promised less what refunds took back is what commission says it owes",
            +Counter(earned) == +Counter(dict(self.owed)),
            f"{earned} by topic, {dict(self.owed)} by commission",
        )


def _differ(ours: Mapping[str, int], theirs: Mapping[str, int]) -> str:
    wrong = [key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)]
    return f"{len(theirs)} stores compared" + (f"; {len(wrong)} differ" if wrong else "")
