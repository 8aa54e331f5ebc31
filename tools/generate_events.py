"""Generates docs/events from the event models, and proves that what is committed is what they say.

`python -m tools.generate_events` writes JSON Schemas, asyncapi.yaml and the pages, and a golden
record of each event that has none; with `--verify` it writes nothing and exits 1, naming each file
that differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import msgspec

from danke.events.envelope import Event, event_type
from danke.topics import EVENTS
from tools.events import asyncapi, catalogue
from tools.events.examples import Record, record_of, why_unreadable
from tools.events.readers import readers
from tools.events.schemas import schema_of

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs" / "events"
# Records as they were once written. They must stay readable, so they are never written anew.
GOLDEN = ROOT / "tests" / "contracts" / "golden"


def main() -> int:
    """Generate, or verify; the exit code is 1 if anything is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verify", action="store_true", help="compare only, write nothing")
    verify: bool = parser.parse_args().verify

    fresh = generate()
    stale = stale_files(fresh, DOCS)
    missing = [event for models in EVENTS.values() for event in models if needs_golden(event)]
    gone = [] if releases() else golden_of_nothing()
    if verify:
        return report([*(DOCS / name for name in stale), *map(golden_file, missing), *gone])
    for name in stale:
        replace(DOCS / name, fresh.get(name))
    for event in missing:
        replace(golden_file(event), to_json(msgspec.to_builtins(record_of(event))))
    for path in gone:
        replace(path, None)
    golden = len(missing) + len(gone)
    print(f"events: {len(stale)} generated files and {golden} golden records brought up to date")
    return 0


def generate() -> dict[str, str]:
    """Every file of docs/events by its path there."""
    who = readers()
    files = {
        "README.md": catalogue.readme(EVENTS, who),
        "asyncapi.yaml": asyncapi.to_yaml(asyncapi.document(EVENTS, who)),
    }
    for topic, models in EVENTS.items():
        files[f"topics/{topic}.md"] = catalogue.topic_page(models, who)
        for event in models:
            files[f"schemas/{topic}/{event.__name__}.json"] = to_json(schema_of(event))
    return files


def to_json(value: object) -> str:
    """JSON as it is committed: indented, in the model's order, readable."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def stale_files(fresh: dict[str, str], committed: Path) -> list[str]:
    """Files that differ, are missing, or whose event is gone."""
    there = [path for path in committed.rglob("*") if path.is_file()]
    found = {path.relative_to(committed).as_posix() for path in there}
    return sorted(
        name
        for name in found | fresh.keys()
        if name not in found or (committed / name).read_text("utf-8") != fresh.get(name)
    )


def golden_file(event: type[Event]) -> Path:
    """Where the first golden record of an event is; later ones lie next to it as <Event>.2.json."""
    return GOLDEN / event.TOPIC.name / f"{event.__name__}.json"


def needs_golden(event: type[Event]) -> bool:
    """True if there is no golden record, or if it is unreadable and nothing is released yet.

    After the first release an unreadable record is a broken promise, and a test says so.
    """
    path = golden_file(event)
    if not path.exists():
        return True
    record = msgspec.json.decode(path.read_bytes(), type=Record)
    return bool(why_unreadable(record, event)) and not releases()


def golden_of_nothing() -> list[Path]:
    """Golden records of events that are gone; only before the first release may one go."""
    types = {event_type(event) for models in EVENTS.values() for event in models}
    return [
        path
        for path in sorted(GOLDEN.rglob("*.json"))
        if msgspec.json.decode(path.read_bytes(), type=Record).headers["ce_type"] not in types
    ]


def releases() -> list[str]:
    """The tags of releases, v1.2.3, oldest first."""
    listed = subprocess.run(
        ["git", "tag", "--list", "v[0-9]*", "--sort=creatordate"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return listed.stdout.split()


def replace(path: Path, text: str | None) -> None:
    """Bring one file up to date; remove it if nothing makes it any more."""
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def report(stale: list[Path]) -> int:
    """Say what is stale; 0 if nothing is."""
    if not stale:
        print("events: docs/events is up to date")
        return 0
    for path in stale:
        print(f"stale: {path.relative_to(ROOT)}", file=sys.stderr)
    print("events: stale files; run `make events` and commit", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
