"""The dashboard and the alerts ask for figures that there are, and the manual says what each alert means."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from parley.platform.observability import metrics
from parley.site.worker import JOBS

ROOT = Path(__file__).parents[3]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/parley.json").read_text())
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
MANUAL = (ROOT / "docs/operating.md").read_text()

ASKED = [target["expr"] for panel in PANELS for target in panel["targets"]] + [rule["expr"] for rule in RULES]
NAME = re.compile(r"\b(?:parley|process)_\w+")
SELECTED = re.compile(r"\b((?:parley|process)_\w+)\{([^}]*)\}")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
GIVEN_BY_PROMETHEUS = {"job", "instance", "le"}
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def ours() -> list[MetricWrapperBase]:
    return [one for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)]


def names() -> set[str]:
    """Every name that Prometheus is told."""
    return {family.name + suffix for family in REGISTRY.collect() for suffix in SUFFIXES.get(family.type, ())}


def test_every_figure_that_is_asked_for_exists() -> None:
    asked = {name for expression in ASKED for name in NAME.findall(expression)}

    assert len(asked) > 20
    assert asked - names() == set()


def test_every_figure_of_ours_is_on_the_dashboard_or_in_an_alert() -> None:
    asked = " ".join(ASKED)

    assert [one._name for one in ours() if one._name not in asked] == []


def test_figures_are_chosen_by_labels_that_they_have() -> None:
    labels = {one._name + suffix: set(one._labelnames) for one in ours() for suffix in SUFFIXES[one._type]}

    for expression in ASKED:
        for name, selector in SELECTED.findall(expression):
            assert set(LABEL.findall(selector)) <= labels.get(name, set()) | GIVEN_BY_PROMETHEUS, expression


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_it_is_how_bad_and_is_in_the_manual(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")
    assert f"| `{rule['alert']}` |" in MANUAL


def test_the_manual_explains_no_alert_that_does_not_come() -> None:
    explained = re.findall(r"^\| `(Parley[A-Z]\w+)` \|", MANUAL, re.MULTILINE)

    assert explained == [rule["alert"] for rule in RULES]


def test_every_figure_in_the_manual_exists() -> None:
    watched = MANUAL.partition("### Metrics")[2].partition("### Traces")[0]
    mentioned = set(re.findall(r"`(parley_\w+)", watched))

    assert {name.removesuffix("_total") for name in mentioned} == {one._name for one in ours()}


def test_nightly_jobs_may_take_a_day_and_all_others_two_hours() -> None:
    rule = next(one for one in RULES if one["alert"] == "ParleyJobStalled")
    nightly = "|".join(job.name for job in JOBS if job.hour is not None)

    assert f'{{name!~"{nightly}"}}) > 2 * 3600' in rule["expr"]
    assert f'{{name=~"{nightly}"}}) > 26 * 3600' in rule["expr"]


def test_panels_have_their_own_number_and_place_and_say_what_they_show() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert all(panel["description"].endswith(".") for panel in PANELS)
    for one, other in combinations((panel["gridPos"] for panel in DASHBOARD["panels"]), 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
