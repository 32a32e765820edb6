"""Requests that the API's description allows, or nearly allows, get an answer that it names."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from parley.interfaces.api import tokens
from parley.interfaces.api.scopes import SCOPES
from tests import make
from tests.interfaces.live.forum import forum, writing

# Slow: it starts a web process, and sends a thousand requests.
pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# The stream of events does not end.
STREAM = "/api/v1/events"
# Most values name something that exists; a plain list would be sent as one value.
CONFIG = """
[dictionaries]
thread.values = ["{thread}", "9999"]
comment.values = ["{comment}", "9999"]
name.values = ["mira", "nobody"]
topic.values = ["research", "none"]
item.values = ["1", "2"]
decision.values = ["1"]

[parameters]
"path.thread" = {{ dictionary = "thread" }}
"path.comment" = {{ dictionary = "comment" }}
"path.name" = {{ dictionary = "name" }}
"path.topic" = {{ dictionary = "topic" }}
"query.topic" = {{ dictionary = "topic", probability = 0.5 }}
"path.item" = {{ dictionary = "item" }}
"path.decision" = {{ dictionary = "decision" }}
"""


async def test_every_answer_is_one_that_the_description_names(tmp_path: Path) -> None:
    with forum(tmp_path / "data") as one:
        async with writing(one):
            mira, admin = await make.member("mira"), await make.member("ada", role="admin")
            thread = await make.thread()
            comment = await make.comment(thread, mira)
            token = await tokens.make(admin, "a test", list(SCOPES), 7)
        config = tmp_path / "schemathesis.toml"
        config.write_text(CONFIG.format(thread=thread, comment=comment))
        web = await asyncio.to_thread(one.web, PARLEY_LIMITS="off")
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run"),
            *(f"{web.address}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}"),
            *("--checks", CHECKS, "--phases", "coverage,fuzzing", "--exclude-path", STREAM),
            *("--max-examples", "10", "--seed", "1", "--request-timeout", "60"),
        ]
        ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
