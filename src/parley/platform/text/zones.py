"""The time zones that members can choose: the places of the tz database."""

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

DEFAULT = "UTC"


@cache
def by_region() -> dict[str, list[tuple[str, str]]]:
    """Return the zones of each region: the name that is stored, and the label that is shown."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(_read_zones()):
        region, _, place = name.partition("/")
        regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return regions


@cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones, including aliases, since browsers may send those."""
    return frozenset(available_timezones())


def _read_zones() -> list[str]:
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    return [line.split("\t")[2] for line in table.splitlines() if not line.startswith("#")]
