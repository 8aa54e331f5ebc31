"""Gamma-Gamma against the established implementation and made-up customers."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import astuple

from services.audience import gamma_gamma
from services.audience.gamma_gamma import Fitted, Params, Sample
from services.audience.likelihoods import Column, NoModel
from tests.audience.cdnow import WITH_VALUES, cdnow, established_values


def fitted(sample: Sample) -> Fitted:
    found = gamma_gamma.fit(sample)
    assert isinstance(found, Fitted), found
    return found


def buyers() -> Sample:
    frequency, _, _, value = cdnow(WITH_VALUES)
    return Sample.of(frequency, value)


def test_the_fit_is_the_published_and_the_established_one() -> None:
    """Fader and Hardie (2013) give p 6.25, q 3.74, v 15.44 on the 946 repeat buyers of CDNOW."""
    found = fitted(buyers())
    assert found.members == 946
    assert astuple(found.params) == pytest.approx((6.25, 3.74, 15.44), abs=0.02)
    theirs = Params(*established_values().params_[["p", "q", "v"]])
    assert astuple(found.params) == pytest.approx(astuple(theirs), rel=1e-3)
    assert found.log_likelihood >= gamma_gamma.log_likelihood(theirs, buyers()) - 1e-6


def test_what_it_foretells_is_what_the_established_implementation_foretells() -> None:
    frequency, _, _, value = cdnow(WITH_VALUES)
    theirs = established_values()
    params = Params(*theirs.params_[["p", "q", "v"]])
    wanted = theirs.conditional_expected_average_profit(frequency, value)
    got = gamma_gamma.expected(params, frequency, value)
    assert got == pytest.approx(np.asarray(wanted), rel=1e-9)


def test_fen_and_yuan_give_the_same_model() -> None:
    frequency, _, _, value = cdnow(WITH_VALUES)
    yuan = fitted(Sample.of(frequency, value)).params
    fen = fitted(Sample.of(frequency, value * 100)).params
    assert (fen.p, fen.q, fen.v / 100) == pytest.approx(astuple(yuan), rel=1e-3)


def test_groups_of_like_values_are_nearly_their_members() -> None:
    """Values within one per cent of each other count as their geometric mean."""
    sample = buyers()
    bucket = np.floor(np.log(sample.value) * 100)
    kinds, place = np.unique(np.vstack([sample.frequency, bucket]), axis=1, return_inverse=True)
    count = np.bincount(place)
    mean = np.exp(np.bincount(place, np.log(sample.value)) / count)
    grouped = fitted(Sample.of(kinds[0], mean, count))
    assert grouped.members == sample.members
    assert astuple(grouped.params) == pytest.approx(astuple(fitted(sample).params), rel=1e-3)


def test_the_slope_is_the_likelihoods() -> None:
    def height(at: Column) -> float:
        return float(gamma_gamma._terms(at[0], at[1], at[2], buyers())[0].sum())

    at = np.array([5.0, 3.0, 12.0])
    slopes = gamma_gamma._terms(5.0, 3.0, 12.0, buyers())[1].sum(axis=1)
    for place in range(3):
        step = np.zeros(3)
        step[place] = 1e-6
        wanted = (height(at + step) - height(at - step)) / 2e-6
        assert slopes[place] == pytest.approx(wanted, rel=1e-5)


def test_what_customers_were_made_from_is_found_again() -> None:
    truth = Params(p=4.0, q=5.0, v=20_000.0)
    draw = np.random.default_rng(11)
    x = draw.integers(1, 12, 60_000).astype(float)
    scale = draw.gamma(truth.q, 1 / truth.v, len(x))
    mean = draw.gamma(truth.p * x, 1 / (scale * x))
    found = fitted(Sample.of(x, mean)).params
    assert astuple(found) == pytest.approx(astuple(truth), rel=0.1)


def test_own_values_are_drawn_to_everybodys() -> None:
    params = fitted(buyers()).params
    everybody = float(gamma_gamma.expected(params, [0.0], [0.0])[0])
    low, high = gamma_gamma.expected(params, [2.0, 2.0], [1.0, 1_000.0])
    assert 1 < low < everybody < high < 1_000
    often = gamma_gamma.expected(params, [200.0], [1_000.0])[0]
    assert high < often < 1_000


def test_value_and_frequency_have_little_to_do_with_each_other_here() -> None:
    assert gamma_gamma.correlation(buyers()) == pytest.approx(0.114, abs=0.001)
    assert gamma_gamma.correlation(Sample.of([1.0, 2.0], [3.0, 3.0])) == 0


def test_too_little_is_no_model() -> None:
    few = Sample.of(np.ones(29), np.arange(1.0, 30.0))
    assert gamma_gamma.fit(few) == NoModel("TOO_FEW_REPEATS")
    assert gamma_gamma.fit(Sample.of(np.zeros(500), np.ones(500))) == NoModel("TOO_FEW_REPEATS")
    assert gamma_gamma.fit(Sample.of(np.ones(500), np.full(500, 9.0))) == NoModel("NO_SPREAD")
