"""A web process whose broadcaster is quicker or smaller: `serve.py heartbeat_interval=0.2 send_timeout=1 --port 8000`.

`patience` says how many times longer than readers forms wait for a connection to the database, and than usual all wait
for new connections, locks and statements; `readers` how many times longer readers wait for a connection, and how much
later they are refused because the process is busy; `unread` after how many seconds a client that reads nothing is cut
off. What begins with `--` is for `parley web`.
"""

import sys
from functools import partial

import parley.site.app
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.limits import LiveSettings
from parley.platform.db import engine, pool
from parley.platform.observability import load_shedding
from parley.site.cli import serve


def live_settings(given: dict[str, str]) -> LiveSettings:
    usual = LiveSettings()
    return LiveSettings(**{name: type(getattr(usual, name))(value) for name, value in given.items()})


if __name__ == "__main__":
    place = next(place for place, one in enumerate(sys.argv) if one.startswith("--"))
    options = dict(pair.split("=") for pair in sys.argv[1:place])
    serve.UNREAD_SECONDS = float(options.pop("unread", 1.0))
    if patience := options.pop("patience", ""):
        pool.PATIENCE.update(dict.fromkeys(pool.PATIENCE, int(patience)))
        engine.CONNECT_SECONDS *= int(patience)
        for name in ("statement_timeout", "lock_timeout"):
            engine.SERVER_SETTINGS[name] = str(int(engine.SERVER_SETTINGS[name]) * int(patience))
    if times := options.pop("readers", ""):
        engine.ACQUIRE_SECONDS *= int(times)
        load_shedding.LIMITS.update({kind: lag * int(times) for kind, lag in load_shedding.LIMITS.items()})
    parley.site.app.Broadcaster = partial(Broadcaster, settings=live_settings(options))  # type: ignore[misc]
    serve.web(sys.argv[place:])
