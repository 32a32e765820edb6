"""`parley article add`: what it is given wrong ends with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from parley.core import db

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]


def add(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "parley", "article", "add", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=60, check=False)


@pytest.mark.parametrize("url", ["https://[", "essay.md", "javascript:alert(1)"])
async def test_where_a_file_came_from_is_an_address_of_the_web(tmp_path: Path, url: str) -> None:
    file = tmp_path / "essay.md"
    file.write_text("# A modest title\n\nSome words.\n")

    done = add(str(file), "--url", url, "--topic", "research")

    assert done.returncode == 1
    assert "takes the address of a web page" in done.stderr
    assert "Traceback" not in done.stderr
    assert await db.value("select count(*) from article") == 0
