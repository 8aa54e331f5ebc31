"""Predictions as their messages."""

from __future__ import annotations

from common.messages import timestamp
from danke.audience.v1 import prediction_pb2 as pb
from services.audience.model_fits import ModelFit, Outlook, Trial
from services.audience.prediction_policies import PredictionPolicy
from services.audience.replenishment_cycles import PurchaseCycle


def replenishment(cycle: PurchaseCycle) -> pb.Replenishment:
    """One category's next purchase, or why there is none to foresee."""
    return pb.Replenishment(
        member_id=cycle.member_id,
        category_id=cycle.category_id,
        due_date=cycle.due_on.isoformat() if cycle.due_on else "",
        trigger_date=cycle.trigger_on.isoformat() if cycle.trigger_on else "",
        confidence_bp=cycle.confidence_bp,
        suggested_qty=cycle.suggested_qty,
        median_half_days=cycle.median_half_days,
        intervals=cycle.intervals,
        spread_bp=cycle.spread_bp,
        why=f"WHY_{cycle.why or 'UNSPECIFIED'}",
        is_told=cycle.is_told,
    )


def outlook(fitted: ModelFit, found: Outlook) -> pb.Outlook:
    """What the model says of a member."""
    return pb.Outlook(
        model_version=fitted.version,
        horizon_days=fitted.horizon_days,
        probability_alive=found.alive,
        expected_purchases=found.expected_days,
        purchase_value_fen=found.day_value_fen,
        expected_value_fen=found.expected_fen,
    )


def policy(found: PredictionPolicy) -> pb.PredictionPolicy:
    """A merchant's policy."""
    return pb.PredictionPolicy(
        version=found.version,
        lead_days=found.lead_days,
        horizon_days=found.horizon_days,
        refit_days=found.refit_days,
    )


def model(found: ModelFit) -> pb.BuyingModel:
    """One version."""
    message = pb.BuyingModel(
        version=found.version,
        state=f"STATE_{found.state}",
        as_of_date=found.as_of.isoformat(),
        horizon_days=found.horizon_days,
        ask_time=timestamp(found.asked_at),
        end_time=timestamp(found.ended_at),
        purchases_why=found.buying_why,
        values_why=found.value_why,
        trial=_trial(found.trial) if found.trial else None,
    )
    if buying := found.buying:
        about = buying.params
        message.purchases.CopyFrom(
            pb.BuyingModel.Purchases(
                r=about.r, alpha=about.alpha, a=about.a, b=about.b,
                log_likelihood=buying.log_likelihood, members=buying.members,
            )
        )  # fmt: skip
    if value := found.value:
        worth = value.params
        message.values.CopyFrom(
            pb.BuyingModel.Values(
                p=worth.p, q=worth.q, v=worth.v, log_likelihood=value.log_likelihood,
                members=value.members, correlation=found.correlation,
            )
        )  # fmt: skip
    return message


def _trial(found: Trial) -> pb.BuyingModel.Trial:
    return pb.BuyingModel.Trial(
        cut_date=found.cut_on.isoformat(),
        members=found.members,
        actual=found.actual,
        expected=found.expected,
        naive=found.naive,
        error=found.error,
        naive_error=found.naive_error,
    )
