"""BG/NBD against the published fit, the established implementation and made-up customers."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import astuple

from services.audience import bgnbd
from services.audience.bgnbd import Fitted, Params, Sample
from services.audience.likelihoods import Column, NoModel
from tests.audience.cdnow import cdnow, established

# Fader, Hardie and Lee (2005), table 2: r, α, a, b and the log-likelihood on CDNOW.
PUBLISHED = (0.243, 4.414, 0.793, 2.426)
PUBLISHED_LL = -9_582.4


def fitted(sample: Sample) -> Fitted:
    found = bgnbd.fit(sample)
    assert isinstance(found, Fitted), found
    return found


def test_the_fit_is_the_published_one() -> None:
    found = fitted(Sample.of(*cdnow()))
    assert astuple(found.params) == pytest.approx(PUBLISHED, abs=6e-4)
    assert found.log_likelihood == pytest.approx(PUBLISHED_LL, abs=0.05)
    assert found.members == 2_357


def test_the_fit_is_the_established_implementations() -> None:
    theirs = established().params_
    ours = fitted(Sample.of(*cdnow())).params
    assert astuple(ours) == pytest.approx(tuple(theirs[["r", "alpha", "a", "b"]]), rel=1e-4)
    # It climbed at least as high.
    at_theirs = bgnbd.log_likelihood(Params(*theirs[["r", "alpha", "a", "b"]]), Sample.of(*cdnow()))
    assert bgnbd.log_likelihood(ours, Sample.of(*cdnow())) >= at_theirs - 1e-6


def test_what_it_foretells_is_what_the_established_implementation_foretells() -> None:
    frequency, recency, age = cdnow()
    theirs = established()
    params = Params(*theirs.params_[["r", "alpha", "a", "b"]])
    alive = theirs.conditional_probability_alive(frequency, recency, age)
    assert bgnbd.alive(params, frequency, recency, age) == pytest.approx(alive, rel=1e-9)
    for ahead in (1.0, 4.0, 39.0, 104.0):
        wanted = theirs.conditional_expected_number_of_purchases_up_to_time(
            ahead, frequency, recency, age
        )
        got = bgnbd.expected(params, frequency, recency, age, ahead)
        assert got == pytest.approx(np.asarray(wanted), rel=1e-6)
    new = theirs.expected_number_of_purchases_up_to_time(52.0)
    assert bgnbd.expected_of_new(params, 52.0) == pytest.approx(new, rel=1e-9)


def test_groups_with_counts_are_their_members() -> None:
    frequency, recency, age = (np.round(part) for part in cdnow())
    kinds, counts = np.unique(np.vstack([frequency, recency, age]), axis=1, return_counts=True)
    assert len(counts) < len(frequency) / 3
    each = fitted(Sample.of(frequency, recency, age))
    x, last, watched = kinds
    grouped = fitted(Sample.of(x, last, watched, counts))
    assert astuple(grouped.params) == pytest.approx(astuple(each.params), rel=1e-5)
    assert grouped.log_likelihood == pytest.approx(each.log_likelihood, rel=1e-9)
    assert grouped.members == each.members


def test_whole_weeks_tell_nearly_as_much() -> None:
    exact = fitted(Sample.of(*cdnow())).params
    weeks = fitted(Sample.of(*(np.floor(part + 0.5) for part in cdnow()))).params
    assert astuple(weeks) == pytest.approx(astuple(exact), rel=0.03)


def test_the_unit_of_time_is_free() -> None:
    frequency, recency, age = cdnow()
    weeks = fitted(Sample.of(frequency, recency, age)).params
    days = fitted(Sample.of(frequency, recency * 7, age * 7)).params
    assert (days.r, days.alpha / 7, days.a, days.b) == pytest.approx(astuple(weeks), rel=1e-4)


def test_the_slope_is_the_likelihoods() -> None:
    """Analytic derivatives against central differences, at a place that is not the top."""
    sample = Sample.of(*(part[:200] for part in cdnow()))
    at = np.array([0.4, 6.0, 1.3, 2.0])
    slopes = bgnbd._terms(at, sample)[1].sum(axis=1)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-6
        up = bgnbd._terms(at + step, sample)[0].sum()
        down = bgnbd._terms(at - step, sample)[0].sum()
        assert slopes[place] == pytest.approx((up - down) / 2e-6, rel=1e-5)


def made_up(params: Params, members: int, seed: int) -> tuple[Column, ...]:
    """Customers who behave exactly as the model says, watched for 52 weeks."""
    draw = np.random.default_rng(seed)
    x, last, age = np.zeros(members), np.zeros(members), np.full(members, 52.0)
    for member in range(members):
        rate = draw.gamma(params.r, 1 / params.alpha)
        stops = draw.beta(params.a, params.b)
        now = draw.exponential(1 / rate)
        while now <= age[member]:
            x[member] += 1
            last[member] = now
            if draw.random() < stops:
                break
            now += draw.exponential(1 / rate)
    return x, last, age


def test_what_customers_were_made_from_is_found_again() -> None:
    truth = Params(r=0.9, alpha=6.0, a=1.2, b=3.0)
    found = fitted(Sample.of(*made_up(truth, 8_000, seed=7))).params
    assert astuple(found) == pytest.approx(astuple(truth), rel=0.15)


def test_long_histories_and_silences_keep_their_digits() -> None:
    params = Params(r=0.243, alpha=4.414, a=0.793, b=2.426)
    x, last = np.array([5_000.0, 5_000.0]), np.array([0.5, 999.9])
    alive = bgnbd.alive(params, x, last, 1_000.0)
    assert alive[0] == pytest.approx(0, abs=1e-12)
    assert alive[1] == pytest.approx(1, abs=1e-2)
    ahead = bgnbd.expected(params, x, last, np.full(2, 1_000.0), 10.0)
    assert np.all(np.isfinite(ahead)) and ahead[0] == pytest.approx(0, abs=1e-9)
    assert 45 < ahead[1] < 50


def test_a_is_allowed_to_be_one() -> None:
    near = [
        bgnbd.expected(Params(0.5, 4.0, a, 2.0), 3, 20.0, 30.0, 10.0) for a in (0.9999, 1.0, 1.0001)
    ]
    assert near[0] == pytest.approx(near[1], rel=1e-3)
    assert near[2] == pytest.approx(near[1], rel=1e-3)


def test_who_bought_once_is_alive_and_nobody_buys_in_no_time() -> None:
    params = Params(*PUBLISHED)
    assert bgnbd.alive(params, [0.0], [0.0], [30.0]) == pytest.approx([1.0])
    assert bgnbd.expected(params, [3.0], [20.0], [30.0], 0.0) == pytest.approx([0.0])


def test_too_little_is_no_model() -> None:
    frequency, recency, age = cdnow()
    few = Sample.of(frequency[:99], recency[:99], age[:99])
    assert bgnbd.fit(few) == NoModel("TOO_FEW_MEMBERS")
    once = np.zeros(500)
    assert bgnbd.fit(Sample.of(once, once, once + 30)) == NoModel("TOO_FEW_REPEATS")
    again = once + 1
    assert bgnbd.fit(Sample.of(again, once, once)) == NoModel("NO_SPREAD")


def test_a_model_that_is_found_foretells_numbers() -> None:
    """Everybody stops with the same chance: the beta runs to a point, far from any sane figure."""
    sample = Sample.of(*made_up(Params(r=0.5, alpha=5.0, a=9e4, b=9e4), 1_500, seed=3))
    found = bgnbd.fit(sample)
    if isinstance(found, Fitted):
        ahead = bgnbd.expected(found.params, sample.frequency, sample.recency, sample.age, 13.0)
        assert np.all(np.isfinite(ahead))
    else:
        assert found == NoModel("NOT_CONVERGED")
    # What used to be taken for a model of such members.
    absurd = Params(r=0.47, alpha=4.85, a=111_713.0, b=95_566.0)
    assert not np.all(
        np.isfinite(bgnbd.expected(absurd, [0.0, 9.0], [0.0, 9.0], [30.0, 9.0], 13.0))
    )


def test_members_who_never_stop_have_no_model() -> None:
    """Everybody buys every week: nothing tells of stopping, and the climb ends nowhere."""
    weeks = np.full(500, 52.0)
    assert bgnbd.fit(Sample.of(weeks, weeks, weeks)) == NoModel("NOT_CONVERGED")
