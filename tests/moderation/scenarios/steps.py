"""The steps between states that the database allows, as schema.sql lists them."""

import re
from pathlib import Path

import parley

TRIGGER = re.compile(r"create trigger (\w+)_transition .+?_transition\((.+?)\);", re.DOTALL)

# By table, such as "open>claimed".
STEPS: dict[str, list[str]] = {
    table: re.findall(r"'(.+?)'", listed)
    for table, listed in TRIGGER.findall((Path(parley.__file__).parent / "platform/migrations/schema.sql").read_text())
}
