"""The replay's members and journeys: what audience and automation answered, and checks of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from demo.audience_books import AudienceBooks, JourneyBooks
from demo.audience_truth import Trial

BP: Final = 10_000
SHOWN: Final = 5
# Coupons of journeys are apart from the campaigns': their templates begin with it.
JOURNEY_COUPON: Final = "journey-"
MADE_UP: Final = (
    "Journeys",
    "The default pack runs as delivered. 8 households in 10 agree to text messages when they join."
    " Nobody tells a birthday, nobody watches live. Coupons of journeys lie in wallets: the data's"
    " shoppers cannot use them. No quiet hours, as the replay's clock goes from midnight to"
    " midnight; one message a day and three a week at most; 1 member in 10 is held out of all.",
)
CANNOT_REACT: Final = (
    "The data cannot react to our messages: they were bought without them. So treated and held out"
    " must order alike, and what uplift there is is chance."
)


class FunnelSums(msgspec.Struct, frozen=True):
    """The funnel of all days, as audience counts it."""

    uv: int = 0
    buyers: int = 0
    orders: int = 0
    sales_fen: int = 0


class ModelTrial(msgspec.Struct, frozen=True):
    """The buying model without the last quarter against that quarter; errors are per member."""

    cut_date: str
    members: int
    actual: int
    expected: float
    naive: float
    error: float
    naive_error: float


class AudienceAnswers(msgspec.Struct, frozen=True):
    """What audience said when the shopping was over."""

    moves: Mapping[tuple[str, str], int] = {}
    members: Mapping[str, int] = {}
    # By member: stage and cycle in days.
    standings: Mapping[str, tuple[str, int]] = {}
    cohorts: Mapping[str, int] = {}
    funnel: FunnelSums = FunnelSums()
    model: ModelTrial | None = None


class JourneyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What automation says of one journey. Buyers ordered within the window of their group."""

    journey_id: str
    running: int = 0
    completed: int = 0
    goal_reached: int = 0
    exited: int = 0
    held_out: int = 0
    treated: int = 0
    control: int = 0
    treated_buyers: int = 0
    control_buyers: int = 0
    coupons: int = 0
    cost_fen: int = 0
    messages: Mapping[str, int] = {}

    @property
    def skipped(self) -> int:
        """Messages that were not sent."""
        return sum(n for state, n in self.messages.items() if state.startswith("SKIPPED"))


class AudienceReport(msgspec.Struct, frozen=True):
    """Members, journeys and forecasts of a replay; nothing without answers."""

    answers: AudienceAnswers = AudienceAnswers()
    journeys: Sequence[JourneyAnswer] = ()
    # By member, from the data alone: stage and cycle in days.
    truth: Mapping[str, tuple[str, int]] = {}
    replenishment: Trial | None = None

    def checks(
        self,
        books: AudienceBooks,
        journeys: JourneyBooks,
        coupons: Mapping[str, int],
        kept: tuple[int, int],
    ) -> Iterator[tuple[str, bool, str]]:
        """What must hold; ``kept`` are orders that stand and their sales in fen, by the data."""
        answers = self.answers
        yield _same(
            "Every member's stage and cycle are what the lifecycle's rule makes of the data",
            dict(answers.standings),
            dict(self.truth),
        )
        told = {member: books.stages.get(member, "PROSPECT") for member in answers.standings}
        stages = {member: stage for member, (stage, _) in answers.standings.items()}
        yield _same("… and what the topic told last", told, stages)
        yield _same(
            "Audience's matrix of stages is what its topic told", dict(books.moves), answers.moves
        )
        counted = Counter(stages.values())
        members = {stage: n for stage, n in answers.members.items() if n}
        yield _same("… and its members by stage are theirs", dict(counted), members)
        funnel = (answers.funnel.orders, answers.funnel.sales_fen)
        yield (
            "The funnel's sales are the data's less what came back, to the fen",
            funnel == kept,
            f"{funnel[1]} fen of {funnel[0]} orders, {kept[1]} fen of {kept[0]} by the data",
        )
        yield from self._journey_checks(journeys, coupons)

    def _journey_checks(
        self, books: JourneyBooks, coupons: Mapping[str, int]
    ) -> Iterator[tuple[str, bool, str]]:
        ended: dict[str, tuple[int, ...]] = {}
        topic: dict[str, tuple[int, ...]] = {}
        for one in self.journeys:
            name = one.journey_id
            ended[name] = (one.completed, one.goal_reached, one.exited, one.held_out)
            states = [books.ended[name, state] for state in ("COMPLETED", "GOAL_REACHED", "EXITED")]
            topic[name] = (*states, books.held_out[name])
            ended[f"{name} entered"] = (one.running + sum(ended[name]),)
            topic[f"{name} entered"] = (books.treated[name] + books.held_out[name],)
        yield _same("Each journey's members entered and ended as its topic told", topic, ended)
        yield _same(
            "Each journey's messages and coupons are what their topics told",
            {
                one.journey_id: (books.delivered[one.journey_id], self._skipped(books, one))
                for one in self.journeys
            }
            | {"coupons": sum(coupons.values())},
            {
                one.journey_id: (one.messages.get("DELIVERED", 0), one.skipped)
                for one in self.journeys
            }
            | {"coupons": sum(one.coupons for one in self.journeys)},
        )
        yield (
            "Nothing was done for who was held out",
            not books.broken,
            f"{books.held_out.total():,} enrolments held out",
        )

    def _skipped(self, books: JourneyBooks, one: JourneyAnswer) -> int:
        return sum(n for (source, _), n in books.skipped.items() if source == one.journey_id)


def _same(says: str, ours: Mapping[Any, Any], theirs: Mapping[Any, Any]) -> tuple[str, bool, str]:
    wrong = [
        f"{key}: {ours.get(key)} and {theirs.get(key)}"
        for key in {**ours, **theirs}
        if ours.get(key) != theirs.get(key)
    ]
    more = f"; {len(wrong)} differ: {', '.join(wrong[:SHOWN])}" if wrong else ""
    return says, not wrong, f"{len(theirs)} compared{more}"
