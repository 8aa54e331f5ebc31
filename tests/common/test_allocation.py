"""Amounts are divided without losing or inventing a fen; domain.md §2.0, C5, C10."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from common.allocation import cumulative_part, equal_split, largest_remainder, random_split

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)


def test_c5_largest_remainder() -> None:
    assert largest_remainder(1_000, [3_333, 3_333, 3_334]) == [333, 333, 334]
    assert largest_remainder(5_000, [1, 1, 9_998]) == [1, 0, 4_999]


def test_c10_equal_split() -> None:
    assert equal_split(1_000, 3) == [334, 333, 333]


@given(WEIGHTS, st.data())
def test_shares_sum_to_the_amount_and_none_exceeds_its_weight(
    weights: list[int], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, sum(weights)))
    shares = largest_remainder(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights))
    total = sum(weights)
    assert all(
        abs(share * total - amount * weight) < max(total, 1)
        for share, weight in zip(shares, weights)
    )


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1_000), min_size=1))
def test_pieces_sum_to_the_total_after_the_last(total: int, pieces: list[int]) -> None:
    whole = sum(pieces)
    done, parts = 0, []
    for piece in pieces:
        parts.append(cumulative_part(total, done, piece, whole))
        done += piece
    assert sum(parts) == (total if whole else 0)
    assert all(part >= 0 for part in parts)


@given(st.integers(1, 60), st.integers(0, 50), st.integers(0, 10_000), st.text())
def test_c10_random_splits_sum_and_keep_the_minimum(
    parts: int, least: int, spare: int, seed: str
) -> None:
    shares = random_split(parts * least + spare, parts, least, seed)
    assert len(shares) == parts
    assert sum(shares) == parts * least + spare
    assert min(shares) >= least
    assert shares == random_split(parts * least + spare, parts, least, seed)


def test_random_splits_favour_nobody() -> None:
    sums = [0, 0, 0]
    for number in range(3_000):
        shares = random_split(1_000, 3, 1, f"g{number}")
        sums = [total + share for total, share in zip(sums, shares)]
    assert all(abs(total / 3_000 - 1_000 / 3) < 20 for total in sums)
