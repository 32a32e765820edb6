"""The automatic rules that a new community begins with: few, mild, and about newcomers; some only watch."""

import json

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T05:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the rules that ship"

# Nothing here asks for a text that members with a record write every day: whoever has twenty comments behind them is
# past all but two of these.
NEWCOMER = [{"kind": "age", "days": 7}, {"kind": "first", "posts": 3}]
SETTLING_IN = [{"kind": "first", "posts": 20}]
SPAM = [
    "check out my channel", "check out my video", "check out my new", "check out this video", "my youtube channel",
    "subscribe to my channel", "subscribe to me", "please subscribe", "sub to me", "sub for sub", "sub4sub",
    "make money online", "earn money online", "work from home", "extra income", "passive income", "get rich",
    "click here", "click the link below", "visit my website", "visit my site", "visit my profile", "buy now",
    "limited time offer", "100% free", "free gift card", "free gift cards", "free money", "cash prize", "claim your prize",
    "you have won", "online casino", "casino bonus", "double your bitcoin", "bitcoin giveaway", "crypto giveaway",
    "guaranteed profit", "guaranteed returns", "forex signals", "investment plan", "recovered my funds",
    "contact him on whatsapp", "contact me on whatsapp", "text me on whatsapp", "add me on telegram",
    "payday loan", "cheap viagra", "weight loss pills", "essay writing service", "write my essay", "buy followers",
    "free followers", "seo services",
]  # fmt: skip
INSULTS = [
    "kill yourself", "kys", "go die", "hope you die", "idiot", "idiots", "moron", "morons", "imbecile", "retard",
    "retarded", "dumbass", "dumbfuck", "asshole", "assholes", "piece of shit", "scumbag", "shut up", "stfu", "fuck you",
    "fuck off", "go fuck yourself", "bitch", "cunt", "pathetic loser",
]  # fmt: skip

# Name, state, action, guideline, conditions; in this order.
RULES = (
    ("Links of newcomers", "on", "hold", "spam", [{"kind": "links", "at_least": 1}, *NEWCOMER]),
    ("Words of advertising", "on", "hold", "spam", [{"kind": "words", "words": SPAM}, *SETTLING_IN]),
    ("Many links", "on", "flag", "spam", [{"kind": "links", "at_least": 6}, *SETTLING_IN]),
    ("The same text again", "on", "flag", "spam", [{"kind": "similar", "share": 0.9, "to": "author"}, *SETTLING_IN]),
    ("The same text from others", "shadow", "flag", "spam",
     [{"kind": "similar", "share": 0.95, "to": "anyone"}, *NEWCOMER]),
    ("Very fast posting", "on", "flag", "spam", [{"kind": "rate", "posts": 6, "minutes": 5}, *SETTLING_IN]),
    ("Insults", "on", "flag", "civility", [{"kind": "words", "words": INSULTS}]),
    ("Shouting", "on", "flag", "civility",
     [{"kind": "pattern", "pattern": r"(?:\b[A-Z]{3,}\b[^a-z0-9]*){6}", "any_case": False}]),
    ("Addresses and numbers of people", "shadow", "flag", "privacy",
     [{"kind": "pattern", "pattern": r"[\w.+-]{2,}@[\w-]+\.\w{2,}|\+\d[\d ()/-]{8,}\d", "any_case": True}]),
    ("Heated threads", "shadow", "slow", "civility", [{"kind": "heat", "at_least": 10.0}]),
)  # fmt: skip

# The braces are Piccolo's placeholders.
INSERT = """
with new as (
    insert into rule (name, state, position, conditions, action, guideline, changed_at)
    values ({}, {}, {}, {}::jsonb, {}, {}, now()) on conflict (name) do nothing returning *
)
insert into rule_version (rule, version, conditions, action, changed_at)
select id, version, conditions, action, changed_at from new
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for position, (name, state, action, guideline, conditions) in enumerate(RULES, 1):
            values = (name, state, position, json.dumps(conditions), action, guideline)
            await DB.run_querystring(QueryString(INSERT, *values))

    manager.add_raw(run)
    return manager
