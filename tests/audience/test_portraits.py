"""Attributes by a schema, tags by hand, by journey and by rule, consents with their proof."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from danke.events import audience_segments, automation
from services.audience.attributes import DefineAttribute, UpsertAttributes
from services.audience.consents import SetConsent
from services.audience.tags import MOST_TAGS, ChangeTag, DefineTag
from tests.audience.desk import Desk


async def define(desk: Desk, name: str, type_: str, *allowed: str, **fields: Any) -> None:
    """An attribute of the merchant."""
    given = {"is_personal": False, "label": "", "is_retired": False} | fields
    await desk.run(DefineAttribute, name=name, type=type_, allowed=allowed, **given)


async def tag(desk: Desk, tag_id: str, segment_id: str = "", *, retired: bool = False) -> None:
    """A tag of the merchant."""
    await desk.run(
        DefineTag, tag_id=tag_id, name=tag_id, category="", segment_id=segment_id,
        is_retired=retired,
    )  # fmt: skip


async def test_attributes_fit_their_definition(desk: Desk) -> None:
    """M57."""
    await define(desk, "children", "NUMBER")
    await define(desk, "vegetarian", "FLAG")
    await define(desk, "city", "CHOICE", "Shanghai", "Beijing", is_personal=True)
    await define(desk, "likes", "CHOICES", "tea", "milk", "rice")
    await define(desk, "since", "DATE")
    await define(desk, "note", "TEXT")
    values = {
        "children": 2, "vegetarian": True, "city": "Beijing", "likes": ["tea", "milk", "tea"],
        "since": date(2020, 2, 29), "note": "x",
    }  # fmt: skip
    await desk.run(UpsertAttributes, member_id="m", values=values, birthday="02-29")
    found = await desk.profile("m")
    assert found.attributes == values | {"likes": ["milk", "tea"], "since": "2020-02-29"}
    assert found.birthday == "02-29"
    for name, wrong in (
        ("children", "2"), ("children", True), ("vegetarian", 1), ("city", "Paris"),
        ("likes", ["coffee"]), ("likes", "tea"), ("since", "2020-02-29"), ("note", 5),
    ):  # fmt: skip
        refused = await desk.refused(UpsertAttributes, member_id="m", values={name: wrong})
        assert refused == "ATTRIBUTE_INVALID", name
    assert await desk.refused(UpsertAttributes, member_id="m", values={"age": 3}) == (
        "ATTRIBUTE_NOT_FOUND"
    )
    assert await desk.refused(UpsertAttributes, member_id="m", values={}, birthday="02-30") == (
        "BIRTHDAY_INVALID"
    )
    await desk.run(UpsertAttributes, member_id="m", values={"children": 3}, cleared=("note",))
    after = (await desk.profile("m")).attributes
    assert (after["children"], "note" in after) == (3, False)


async def test_an_attribute_keeps_its_type(desk: Desk) -> None:
    await define(desk, "size", "CHOICE", "S", "M")
    fields = {"is_personal": False, "label": "", "is_retired": False}
    assert await desk.refused(DefineAttribute, name="size", type="TEXT", allowed=(), **fields) == (
        "ATTRIBUTE_TYPE_FIXED"
    )
    for type_, allowed in (("CHOICE", ()), ("TEXT", ("a",))):
        refused = await desk.refused(
            DefineAttribute, name="other", type=type_, allowed=allowed, **fields
        )
        assert refused == "ATTRIBUTE_INVALID"
    await define(desk, "size", "CHOICE", "S", is_retired=True)
    assert await desk.refused(UpsertAttributes, member_id="m", values={"size": "S"}) == (
        "ATTRIBUTE_NOT_FOUND"
    )


async def test_tags_by_hand_and_by_journey_are_told_once(desk: Desk) -> None:
    await tag(desk, "vip")
    hand = {"member_id": "m", "origin": "MANUAL", "actor": "boss"}
    for _ in range(2):
        assert await desk.run(ChangeTag, tag_id="vip", add=True, **hand) == ["vip"]
    asked = automation.TagRequested(
        action_id="a", member_id="m", source_kind="JOURNEY", source_id="j", tag_id="vip",
        add=False,
    )  # fmt: skip
    await desk.take(asked)
    assert (await desk.profile("m")).tags == []
    assert [one["origin"] for one in await desk.told("TagAdded", "TagRemoved")] == [
        "MANUAL",
        "JOURNEY",
    ]
    assert await desk.refused(ChangeTag, tag_id="none", add=True, **hand) == "TAG_NOT_FOUND"
    await tag(desk, "vip", retired=True)
    assert await desk.refused(ChangeTag, tag_id="vip", add=True, **hand) == "TAG_RETIRED"
    assert await desk.run(ChangeTag, tag_id="vip", add=False, **hand) == []


async def test_a_tag_by_rule_follows_its_segment_alone(desk: Desk) -> None:
    await tag(desk, "sleepy", "seg1")
    await desk.pays("m", "2026-01-01")
    about: dict[str, Any] = {
        "member_id": "m", "segment_id": "seg1", "rule_version": 1, "is_backfill": False,
    }  # fmt: skip
    await desk.take(audience_segments.SegmentEntered(entered_at=desk.at, **about))
    assert (await desk.profile("m")).tags == ["sleepy"]
    hand = {"member_id": "m", "tag_id": "sleepy", "origin": "MANUAL", "actor": "boss"}
    assert await desk.refused(ChangeTag, add=False, **hand) == "TAG_BOUND_TO_SEGMENT"
    await desk.take(audience_segments.SegmentLeft(left_at=desk.at, **about))
    assert (await desk.profile("m")).tags == []


async def test_a_member_carries_only_so_many_tags(desk: Desk) -> None:
    for number in range(MOST_TAGS + 1):
        await tag(desk, f"t{number}")
    hand = {"member_id": "m", "add": True, "origin": "MANUAL", "actor": "boss"}
    for number in range(MOST_TAGS):
        await desk.run(ChangeTag, tag_id=f"t{number}", **hand)
    assert await desk.refused(ChangeTag, tag_id=f"t{MOST_TAGS}", **hand) == "TOO_MANY_TAGS"


async def test_every_answer_is_on_record_and_the_latest_counts(desk: Desk) -> None:
    """PIPL: withdrawing is as easy as giving, and a late report changes nothing that came later."""
    about = {"member_id": "m", "channel": "SMS", "purpose": "MARKETING", "actor": "x"}
    await desk.run(SetConsent, granted=True, evidence="form-1", **about)
    desk.at += timedelta(hours=1)
    await desk.run(SetConsent, granted=False, evidence="reply-TD", **about)
    early = desk.at - timedelta(days=1)
    await desk.run(SetConsent, granted=True, evidence="paper", given_at=early, **about)
    assert (await desk.profile("m")).consents == []
    assert [one["granted"] for one in await desk.told("ConsentChanged")] == [True, False]
    # A first refusal is told as well: others may have been told yes.
    await desk.run(SetConsent, granted=False, evidence="call", **about | {"channel": "OA"})
    assert [one["granted"] for one in await desk.told("ConsentChanged")] == [True, False, False]
    rows = await desk.pool.fetch(
        "SELECT evidence FROM consent_records WHERE channel = 'SMS' ORDER BY given_at"
    )
    assert [row["evidence"] for row in rows] == ["paper", "form-1", "reply-TD"]
