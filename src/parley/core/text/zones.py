"""The time zones that members can have: those of the world's places, as the tz database lists them."""

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

DEFAULT = "UTC"


@cache
def places() -> dict[str, list[tuple[str, str]]]:
    """For each part of the world, its zones: the name that is kept, and the words that are read."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(_listed()):
        part, _, place = name.partition("/")
        found.setdefault(part, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return found


@cache
def known() -> frozenset[str]:
    """Every name that there is, aliases too: what a browser or a program calls its zone."""
    return frozenset(available_timezones())


def _listed() -> list[str]:
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    return [line.split("\t")[2] for line in table.splitlines() if not line.startswith("#")]
