"""Automation in the replay: policy, words, coupons, the default pack, and its reports."""

from __future__ import annotations

from typing import Final

from danke.automation.v1 import journey_pb2, policy_pb2, report_pb2
from danke.automation.v1.journey_pb2_grpc import EnrollmentServiceStub, JourneyServiceStub
from danke.automation.v1.policy_pb2_grpc import PolicyServiceStub
from danke.automation.v1.report_pb2_grpc import ReportServiceStub
from danke.coupon.v1 import template_pb2
from danke.coupon.v1.template_pb2_grpc import TemplateServiceStub
from demo.audience_report import JOURNEY_COUPON, JourneyAnswer
from demo.doors import Doors

# What the pack gives, in fen, and what it says; by the names the pack calls them.
FACES: Final = {
    "first_order": 500, "second_visit": 500, "second_order": 300, "third_order": 500,
    "replenishment": 300, "birthday": 1_000, "holiday": 300, "new_product": 300,
    "anniversary": 500, "festival": 300, "next_order": 200, "live": 500, "silent": 500,
    "wake": 1_500,
}  # fmt: skip
WORDS: Final = (
    "welcome", "second_visit", "recharge_offer", "second_order", "third_order", "tier_progress",
    "vip_group", "replenishment", "birthday", "holiday", "new_product", "anniversary", "festival",
    "post_payment", "live", "live_last_call", "silent", "wake",
)  # fmt: skip
VALID_DAYS: Final = 30
HOLDOUT_BP: Final = 1_000
SMS_FEN: Final = 5
ALL_PER_DAY: Final = 1
ALL_PER_WEEK: Final = 3
_KINDS: Final = journey_pb2.CalendarDay
# The merchant's own days: kind, month and day.
DAYS: Final = {
    "new-product": (_KINDS.KIND_NEW_PRODUCT, 1, 15),
    "festival": (_KINDS.KIND_FESTIVAL, 4, 15),
    "anniversary": (_KINDS.KIND_ANNIVERSARY, 6, 18),
    "holiday": (_KINDS.KIND_HOLIDAY, 10, 1),
}


class Journeys:
    """The default pack, installed once; the clock does the rest."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.journeys = doors.stub("automation", JourneyServiceStub)
        self.enrollments = doors.stub("automation", EnrollmentServiceStub)
        self.policies = doors.stub("automation", PolicyServiceStub)
        self.reports = doors.stub("automation", ReportServiceStub)
        self.templates = doors.stub("coupon", TemplateServiceStub)
        self._installed: list[str] = []

    async def offer(self) -> None:
        """Coupons and words, before the journeys that need them."""
        for name, face_fen in FACES.items():
            request = _coupon(name, face_fen)
            await self.doors.call(self.templates, "SetTemplate", request)
            on = template_pb2.ActivateTemplateRequest(
                request_id=f"on-{request.template_id}", template_id=request.template_id
            )
            await self.doors.call(self.templates, "ActivateTemplate", on)
        await self.doors.each(self.policies, "SetMessageTemplate", map(_words, WORDS))
        policy = policy_pb2.SetPolicyRequest(request_id="set-policy", rules=_rules())
        await self.doors.call(self.policies, "SetPolicy", policy)
        days = journey_pb2.SetCalendarRequest(
            request_id="set-calendar",
            days=[
                journey_pb2.CalendarDay(day_id=day_id, name=day_id, kind=kind, month=month, day=day)
                for day_id, (kind, month, day) in DAYS.items()
            ],
        )
        await self.doors.call(self.journeys, "SetCalendar", days)

    async def install(self) -> None:
        """The pack, saved and activated; automation must have heard of the coupons."""
        parameters = journey_pb2.PackParameters(
            coupon_template_ids={name: JOURNEY_COUPON + name for name in FACES},
            message_template_ids={name: name for name in WORDS},
            holdout_bp=HOLDOUT_BP,
        )
        pack = journey_pb2.InstallDefaultPackRequest(
            request_id="install-pack", parameters=parameters
        )
        answer = await self.doors.call(self.journeys, "InstallDefaultPack", pack)
        self._installed = [journey.journey_id for journey in answer.journeys]
        await self.doors.each(
            self.journeys,
            "ActivateJourney",
            (
                journey_pb2.ActivateJourneyRequest(
                    request_id=f"on-{journey.journey_id}",
                    journey_id=journey.journey_id,
                    version=journey.version,
                )
                for journey in answer.journeys
            ),
        )

    async def answers(self) -> list[JourneyAnswer]:
        """What automation says of each journey in the end."""
        return [await self._answer(journey_id) for journey_id in self._installed]

    async def _answer(self, journey_id: str) -> JourneyAnswer:
        counted = await self.doors.call(
            self.enrollments,
            "CountEnrollments",
            journey_pb2.CountEnrollmentsRequest(journey_id=journey_id),
        )
        told = await self.doors.call(
            self.reports,
            "GetJourneyReport",
            report_pb2.GetJourneyReportRequest(journey_id=journey_id),
        )
        report = told.report
        return JourneyAnswer(
            journey_id=journey_id,
            running=counted.running,
            completed=counted.completed,
            goal_reached=counted.goal_reached,
            exited=counted.exited,
            held_out=counted.held_out,
            treated=report.treated,
            control=report.control,
            treated_buyers=report.treated_buyers,
            control_buyers=report.control_buyers,
            coupons=report.coupons_granted,
            cost_fen=report.cost_fen,
            messages=dict(report.messages),
        )


def _coupon(name: str, face_fen: int) -> template_pb2.SetTemplateRequest:
    template_id = JOURNEY_COUPON + name
    return template_pb2.SetTemplateRequest(
        request_id=f"set-{template_id}",
        template_id=template_id,
        settings=template_pb2.TemplateSettings(
            name=f"Journey coupon {name}",
            terms=template_pb2.Terms(kind=template_pb2.COUPON_KIND_CASH, face_fen=face_fen),
            validity=template_pb2.Validity(kind=template_pb2.Validity.KIND_DAYS, amount=VALID_DAYS),
            audience=template_pb2.Audience(how=template_pb2.Audience.HOW_GRANT_ONLY),
            notice_hours=0,
        ),
    )


def _words(name: str) -> policy_pb2.SetMessageTemplateRequest:
    return policy_pb2.SetMessageTemplateRequest(
        request_id=f"words-{name}",
        template_id=name,
        name=name,
        purpose=journey_pb2.PURPOSE_MARKETING,
        channels=[policy_pb2.CHANNEL_SMS],
        variants=[
            policy_pb2.Variant(channel=policy_pb2.CHANNEL_SMS, platform_template_id=f"sms-{name}")
        ],
    )


def _rules() -> policy_pb2.PolicyRules:
    """No quiet hours: the replay's clock goes from midnight to midnight."""
    return policy_pb2.PolicyRules(
        quiet_start_minute=0,
        quiet_end_minute=0,
        caps=[policy_pb2.Cap(per_day=ALL_PER_DAY, per_week=ALL_PER_WEEK)],
        global_holdout_bp=HOLDOUT_BP,
        costs=[policy_pb2.ChannelCost(channel=policy_pb2.CHANNEL_SMS, cost_fen=SMS_FEN)],
    )
