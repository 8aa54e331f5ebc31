"""State: what one batch knows, and how its commands see each other's rows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.rows import Group, Row, State, key_of
from tests.common.purses import AT, WHOLE_COINS, Coin, Purse

KEY = ("m1", "p1")


def coin(number: int, state: Any = "WHOLE", purse_id: str = "p1") -> Coin:
    return Coin("m1", f"c{number}", purse_id, state, number, AT)


def loaded(*coins: Coin) -> State:
    state = State()
    state.load_group(WHOLE_COINS, [KEY, ("m1", "p2")], coins)
    return state


def ids(state: State, purse_id: str = "p1") -> list[str]:
    return [coin.coin_id for coin in state.group(WHOLE_COINS, ("m1", purse_id))]


def test_key_of_is_the_primary_key() -> None:
    assert key_of(coin(1)) == ("m1", "c1")


def test_a_row_that_was_looked_up_and_not_found_is_none() -> None:
    state = State()
    state.load(Purse, [KEY], [])
    assert state.get(Purse, KEY) is None


def test_an_undeclared_row_or_group_is_a_bug_not_an_absence() -> None:
    state = loaded(coin(1))
    with pytest.raises(AssertionError, match=r"Bug: Purse.*not declared"):
        state.get(Purse, KEY)
    with pytest.raises(AssertionError, match=r"Bug: group of Coin.*not declared"):
        state.group(WHOLE_COINS, ("m1", "p3"))
    assert state.knows(WHOLE_COINS, KEY)
    assert not state.knows(WHOLE_COINS, ("m1", "p3"))
    assert not state.knows(Purse, KEY)


def test_a_group_is_in_its_order_whatever_order_it_came_in() -> None:
    assert ids(loaded(coin(3), coin(1), coin(2))) == ["c1", "c2", "c3"]


def test_a_row_enters_leaves_and_changes_groups() -> None:
    state = loaded(coin(1), coin(2))
    state.put(coin(3))
    assert ids(state) == ["c1", "c2", "c3"]
    state.put(coin(1, "SPENT"))
    assert ids(state) == ["c2", "c3"]
    state.put(coin(2, purse_id="p2"))
    assert (ids(state), ids(state, "p2")) == (["c3"], ["c2"])
    state.delete(Coin, ("m1", "c3"))
    assert ids(state) == []


def test_a_row_of_a_group_nobody_asked_for_joins_none() -> None:
    state = loaded(coin(1))
    state.put(coin(2, purse_id="elsewhere"))
    assert ids(state) == ["c1"]


def test_a_new_row_is_inserted_a_loaded_one_updated() -> None:
    state = loaded(coin(1))
    state.put(coin(1, "SPENT"))
    state.put(coin(2))
    state.put(coin(2, "SPENT"))
    assert state.changed[Coin] == {("m1", "c1"): True, ("m1", "c2"): False}


def test_a_row_that_stays_as_it_was_read_is_not_written() -> None:
    state = loaded(coin(1))
    state.put(coin(1))
    assert not state.changed[Coin]
    state.put(coin(1, "SPENT"))
    state.put(coin(1))  # what an earlier command of the batch changed is written, as it is now
    assert state.changed[Coin] == {("m1", "c1"): True}
    assert ids(state) == ["c1"]


def test_a_row_written_without_being_read_is_written_even_if_it_looks_the_same() -> None:
    state = State([Coin])
    state.load_group(WHOLE_COINS, [KEY], [coin(1)])
    state.put(coin(1))  # somebody else may have deleted it since: its owner takes no lock
    assert state.changed[Coin] == {("m1", "c1"): True}


def test_a_row_made_and_deleted_in_one_batch_is_never_written() -> None:
    state = loaded()
    state.put(coin(1))
    state.delete(Coin, ("m1", "c1"))
    assert not state.changed[Coin]
    assert not state.deleted.get(Coin)


def test_a_deleted_row_put_again_is_updated_not_inserted() -> None:
    state = loaded(coin(1))
    state.delete(Coin, ("m1", "c1"))
    assert state.deleted[Coin] == {("m1", "c1")}
    state.put(coin(1, "SPENT"))
    assert state.deleted[Coin] == set()
    assert state.changed[Coin] == {("m1", "c1"): True}


def test_a_key_and_a_group_need_a_second_part() -> None:
    class Lonely(Row, frozen=True):
        KEY = ("merchant_id",)

        merchant_id: str

    with pytest.raises(AssertionError, match="second part"):
        key_of(Lonely("m1"))
    with pytest.raises(AssertionError, match="second part"):
        Group(Coin, ("merchant_id",))


STEPS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["WHOLE", "SPENT", None]), st.booleans()),
    max_size=30,
)


@given(table=st.sets(st.integers(0, 4)), steps=STEPS)
def test_what_is_written_makes_the_table_what_the_batch_believes(
    table: set[int], steps: list[tuple[int, Any, bool]]
) -> None:
    """Inserts never meet a row, updates and deletes always do, and the groups stay right."""
    before = {("m1", f"c{n}"): coin(n) for n in table}
    state = loaded(*before.values())
    state.load(Coin, [("m1", f"c{n}") for n in range(5)], before.values())
    model = dict(before)
    for number, status, elsewhere in steps:
        key = ("m1", f"c{number}")
        if status is None:
            state.delete(Coin, key)
            model.pop(key, None)
        else:
            model[key] = coin(number, status, "p2" if elsewhere else "p1")
            state.put(model[key])
    after = dict(before)
    for key in state.deleted.get(Coin, set()):
        # Deleting what is not there is allowed, and does nothing.
        after.pop(key, None)
    for key, exists in state.changed.get(Coin, {}).items():
        assert exists == (key in before)
        row = state.rows[Coin][key]
        assert isinstance(row, Coin)
        after[key] = row
    assert after == model
    for purse_id in ("p1", "p2"):
        expected = [c for c in model.values() if c.purse_id == purse_id and c.state == "WHOLE"]
        assert ids(state, purse_id) == sorted(c.coin_id for c in expected)
