"""What subscribers were promised: schemas only grow, pages are current, old records stay readable.

How a breaking change is told: before the first release it may be made by committing the model and
what `make events` writes together, so that the reviewer sees the schema change; after it, never.
"""

import re
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError
from msgspec.structs import replace

from danke.events.envelope import Event, event_type
from danke.events.wallet import BalanceChanged, PayPasswordLocked
from danke.topics import EVENTS
from tests.contracts.committed import schemas_at
from tests.contracts.validation import validate
from tools.events.compatibility import breaks
from tools.events.examples import Record, read_record, record_of, why_unreadable
from tools.events.schemas import schema_of
from tools.generate_events import DOCS, GOLDEN, generate, golden_file, releases, stale_files

ALL = [event for models in EVENTS.values() for event in models]
NAMES = [f"{event.TOPIC.name}/{event.__name__}" for event in ALL]
BY_TYPE = {event_type(event): event for event in ALL}

BEFORE_RELEASE = """
Subscribers break by this. Nothing is released yet, so it may still be done: run `make events` and
commit docs/events and tests/contracts/golden together with the model, saying in the commit message
what breaks. If it was not meant: keep the field, or give the new one a default."""
AFTER_RELEASE = """
Subscribers break by this, and {release} promised that they would not. Keep the field, give the new
one a default, or publish a new topic …v2 beside this one."""

# No event names a person. Fingerprints end in _hash, what leads elsewhere in _ref.
PERSONAL = re.compile(
    r"(phone|mobile|email|address|id_card|openid|unionid|birthday|(real|nick|member|full)_?name)"
    r"(?!.*_(hash|ref)$)"
)


def test_schemas_only_grow_since_the_last_commit() -> None:
    found = breaks(schemas_at("HEAD"), dict(zip(NAMES, map(schema_of, ALL), strict=True)))
    assert not found, "\n".join([*found, BEFORE_RELEASE])


def test_schemas_only_grow_since_every_release() -> None:
    now = dict(zip(NAMES, map(schema_of, ALL), strict=True))
    for release in releases():
        found = breaks(schemas_at(release), now)
        assert not found, "\n".join([*found, AFTER_RELEASE.format(release=release)])


def test_docs_are_what_the_models_say() -> None:
    stale = stale_files(generate(), DOCS)
    assert not stale, "stale: run `make events` and commit\n" + "\n".join(stale)


def test_a_changed_a_missing_and_a_left_over_file_are_stale(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "README.md").write_text("old")
    (tmp_path / "schemas" / "Gone.json").write_text("{}")
    fresh = {"README.md": "new", "asyncapi.yaml": "x"}
    assert stale_files(fresh, tmp_path) == ["README.md", "asyncapi.yaml", "schemas/Gone.json"]


@pytest.mark.parametrize("event", ALL, ids=NAMES)
def test_the_schema_and_its_example_are_valid(event: type[Event]) -> None:
    schema, record = schema_of(event), record_of(event)
    Draft202012Validator.check_schema(schema)
    validate(record.value, schema)
    envelope, read = read_record(record, event)
    assert envelope.type == event_type(event)
    assert envelope.key == getattr(read, event.KEY)
    assert schema["description"], "an event without a docstring means nothing to a subscriber"


def test_an_example_with_a_wrong_value_does_not_fit() -> None:
    schema, value = schema_of(PayPasswordLocked), record_of(PayPasswordLocked).value
    for wrong in ("2026-05-01T02:30:00", 5, None):
        with pytest.raises(ValidationError):
            validate({**value, "until": wrong}, schema)


@pytest.mark.parametrize("event", ALL, ids=NAMES)
def test_an_event_names_no_person(event: type[Event]) -> None:
    schema = schema_of(event)
    structs = [schema, *schema.get("$defs", {}).values()]
    fields = [name for struct in structs for name in struct["properties"]]
    assert not [name for name in fields if PERSONAL.search(name)]


def test_the_rule_of_personal_fields_catches_bad_samples() -> None:
    for name in ("phone", "real_name", "unionid", "shipping_address"):
        assert PERSONAL.search(name), name
    for name in ("phone_hash", "address_ref", "event_name", "tier_name", "store_id"):
        assert not PERSONAL.search(name), name


@pytest.mark.parametrize("event", ALL, ids=NAMES)
def test_an_event_has_a_golden_record(event: type[Event]) -> None:
    assert golden_file(event).exists(), "run `make events`, and commit the new golden record"


def golden_records() -> list[str]:
    return sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*.json"))


@pytest.mark.parametrize("name", golden_records())
def test_a_record_written_long_ago_is_still_readable(name: str) -> None:
    record = msgspec.json.decode((GOLDEN / name).read_bytes(), type=Record)
    event = BY_TYPE.get(record.headers["ce_type"])
    assert event, f"{name} was an event once and is none now{BEFORE_RELEASE}"
    assert not why_unreadable(record, event)


def test_an_unreadable_record_is_seen() -> None:
    good = record_of(BalanceChanged)
    assert not why_unreadable(good, BalanceChanged)
    bad = {**good.value, "principal_fen": "much"}
    assert "principal_fen" in why_unreadable(replace(good, value=bad), BalanceChanged)
    lost = {**good.value, "was_there": 1}
    assert why_unreadable(replace(good, value=lost), BalanceChanged) == "a field of it is lost"
    assert "ce_id" in why_unreadable(replace(good, headers={}), BalanceChanged)
    moved = replace(good, topic="other.v1")
    assert why_unreadable(moved, BalanceChanged) == "its topic or key is another one now"


def test_the_type_names_are_unique() -> None:
    assert len(BY_TYPE) == len(ALL)
