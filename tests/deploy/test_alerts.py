"""Alerts and dashboards speak of metrics that exist, and every alert has its page."""

import re

import msgspec
import pytest

from cli import registry
from common import telemetry
from common.config import ServiceConfig
from tools.manifests import alerts
from tools.manifests.programs import ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
EVERY = "verify_every_s"
NAME = re.compile(r"\bdanke_[a-z_]+\b")


def declared() -> set[str]:
    """Every sample name of our own registry, the services' own included."""
    for name in registry.names():
        registry.load(name)
    found = set()
    for family in telemetry.REGISTRY.collect():
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        found |= {family.name + end for end in endings.get(family.type, ("",))}
    return {name for name in found if name.startswith("danke_")}


def spoken() -> dict[str, str]:
    """Metric → who speaks of it."""
    said = {rule["alert"]: rule["expr"] for rule in alerts.rules()}
    said |= {f"dashboard query {n}": query for n, query in enumerate(alerts.queries())}
    return {name: who for who, text in said.items() for name in NAME.findall(text)}


def test_alerts_and_dashboards_speak_of_metrics_that_exist() -> None:
    unknown = {name: who for name, who in spoken().items() if name not in declared()}
    assert unknown == {}


def test_every_metric_is_looked_at_somewhere() -> None:
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in declared()}
    looked = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in spoken()}
    assert families - looked == set()


def test_every_alert_has_its_page_and_every_such_page_its_alert() -> None:
    names = {rule["alert"] for rule in alerts.rules()}
    pages = {path.stem for path in RUNBOOKS.glob("Danke*.md")}
    assert names == pages


def test_the_auditor_is_missed_after_two_rounds_not_between_them() -> None:
    """An alert that is quicker than what it watches wakes somebody for nothing, or never can."""
    [every_s] = [f.default for f in msgspec.structs.fields(ServiceConfig) if f.name == EVERY]
    said = {rule["alert"]: rule["expr"] for rule in alerts.rules()}
    [silent_s] = re.findall(r"> (\d+)$", said["DankeVerifierSilent"])
    [failing_h] = re.findall(r"\[(\d+)h\]", said["DankeVerifierFailing"])
    assert 2 * every_s < int(silent_s) < 3 * every_s
    assert 2 * every_s < int(failing_h) * 3_600 < 3 * every_s


@pytest.mark.parametrize("rule", alerts.rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]
    page = (ROOT / rule["annotations"]["runbook_url"]).read_text("utf-8")
    for heading in ("## Meaning", "## First look", "## Mend"):
        assert heading in page


def test_every_alert_is_tested() -> None:
    text = alerts.TESTS.read_text("utf-8")
    for rule in alerts.rules():
        assert text.count(f"alertname: {rule['alert']}\n") == 2, "quiet before, firing after"
