"""Dividing whole amounts: largest remainder, and pieces by cumulative floor. Pure, integers only.

domain.md §2.0 is the rule: what is divided sums exactly to what was there, and no part is given
more than it may take.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random


def largest_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` divided in proportion to ``weights``.

    Each share is floored; the rest goes one by one to the largest remainders, a tie to the lower
    index. The shares sum to ``amount``, and none exceeds its weight: with ``amount`` ≤ the sum of
    the weights a line is never discounted below zero. domain.md §2.0, C5.
    """
    total = sum(weights)
    assert 0 <= amount <= total, f"Bug: {amount} cannot be divided among {total}"
    if amount == 0:
        return [0] * len(weights)
    if amount == total:
        return list(weights)
    parts = [amount * weight for weight in weights]
    shares = [part // total for part in parts]
    left = amount - sum(shares)
    if left:
        # The sort is stable, so of equal remainders the lower index comes first.
        remainders = [-(part % total) for part in parts]
        for index in sorted(range(len(weights)), key=remainders.__getitem__)[:left]:
            shares[index] += 1
    return shares


def cumulative_part(total: int, done: int, piece: int, whole: int) -> int:
    """What of ``total`` belongs to the next ``piece`` of ``whole``, ``done`` being done before.

    ``f(done + piece) − f(done)`` with f the floor of the proportion: after the last piece the parts
    sum to ``total`` exactly. domain.md §2.0.
    """
    assert min(done, piece) >= 0 and done + piece <= whole, "Bug: more pieces than the whole"
    return total * (done + piece) // whole - total * done // whole if whole else 0


def equal_split(amount: int, parts: int) -> list[int]:
    """``amount`` in ``parts`` that differ by at most 1, the larger ones first; domain.md C10."""
    assert parts > 0 and amount >= 0, "Bug: nothing to split, or among nobody"
    share, rest = divmod(amount, parts)
    return [share + (index < rest) for index in range(parts)]


def random_split(amount: int, parts: int, least: int, seed: str) -> list[int]:
    """``amount`` in ``parts`` of at least ``least``, as chance has it; domain.md C10.

    Chance comes from ``seed``, so that the same event decided twice gives the same split. Every
    composition is equally likely, wherever in the row one stands.
    """
    spare = amount - parts * least
    assert parts > 0 and least >= 0 and spare >= 0, f"Bug: {amount} is not {parts} times {least}"
    # Cuts between spare fen and parts−1 bars, drawn without repeating: stars and bars.
    draw = Random(seed)  # noqa: S311  a game, not a secret
    bars = sorted(draw.sample(range(spare + parts - 1), parts - 1))
    edges = [-1, *bars, spare + parts - 1]
    return [edges[index + 1] - edges[index] - 1 + least for index in range(parts)]
