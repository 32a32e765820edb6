"""A web process whose hub is quicker or smaller than the real one: `serve.py heartbeat=0.2 send_timeout=1 --port 8000`.

What begins with `--` is for `parley web`.
"""

import sys
from functools import partial

import parley.app
from parley.cli import serve
from parley.live.channel import HubSettings
from parley.live.hub import Hub


def bounds(pairs: list[str]) -> HubSettings:
    usual = HubSettings()
    given = dict(pair.split("=") for pair in pairs)
    return HubSettings(**{name: type(getattr(usual, name))(value) for name, value in given.items()})


if __name__ == "__main__":
    place = next(place for place, one in enumerate(sys.argv) if one.startswith("--"))
    parley.app.Hub = partial(Hub, bounds=bounds(sys.argv[1:place]))  # type: ignore[misc]
    serve.UNREAD_SECONDS = 1.0
    serve.web(sys.argv[place:])
