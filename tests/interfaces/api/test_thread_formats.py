"""A whole thread as a file: JSON, Markdown and Web Annotations, each with what a visitor may read."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.interfaces.api.discussion import thread_formats
from parley.platform.http import bodies, downloads
from parley.platform.networks import source
from tests import make

pytestmark = pytest.mark.anyio


async def test_a_thread_is_downloaded_in_three_formats(
    client: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_formats, "BATCH", 2)
    jon, thread = await make.member("jon"), await make.thread(make.text(url="https://source.example/story"))
    [lineage, *_] = await make.lineages(thread)
    root = await make.comment(
        thread, jon, "It *does*.", stance="challenges", passage=lineage, quote="The model answers"
    )
    reply = await make.comment(thread, jon, "![Why?](http://a.example/b)", parent=root)
    gone = await make.comment(thread, jon, "Gone words.", parent=root)
    await editing.delete_comment(viewer=jon, comment_id=gone)

    whole = (await client.get(f"/t/{thread}/export.json")).json()
    text = await client.get(f"/t/{thread}/export.md")
    annotations = await client.get(f"/t/{thread}/annotations.jsonld")

    assert whole["thread"]["article"]["url"] == "https://source.example/story"
    assert [(one["id"], one["body"]) for one in whole["comments"]] == [
        (root, "It *does*."),
        (reply, "![Why?](http://a.example/b)"),
        (gone, ""),
    ]
    assert "It *does*." in text.text
    assert "> The model answers" in text.text
    assert "\n\\![Why?](http://a.example/b)" in text.text
    assert "Gone words." not in text.text + annotations.text
    assert annotations.headers["content-type"].startswith("application/ld+json")
    first, second = annotations.json()["items"]
    assert first["target"] == {
        "source": "https://source.example/story",
        "selector": {"type": "TextQuoteSelector", "exact": "The model answers"},
    }
    assert [one["value"] for one in first["body"]] == ["It *does*.", "challenges"]
    assert (second["motivation"], second["target"]) == ("replying", f"http://localhost/c/{root}")


async def test_a_missing_thread_has_no_file(client: httpx.AsyncClient, app: Litestar) -> None:
    for name in ("export.json", "export.md", "annotations.jsonld"):
        assert (await client.get(f"/t/999999/{name}")).status_code == 404


async def test_few_downloads_run_at_once_for_a_host_and_in_all(app: Litestar, client: httpx.AsyncClient) -> None:
    address = f"/t/{await make.thread()}/export.json"
    scopes: list[dict[str, Any]] = [{} for _ in range(downloads.MOST_DOWNLOADS)]
    for number, scope in enumerate(scopes):
        downloads.begin(scope, source("127.0.0.1" if number < downloads.MOST_OF_HOST else f"10.0.{number}.1"))

    assert (await client.get(address)).status_code == 429
    async with make.browser(app, "127.0.0.2") as neighbour:
        assert (await neighbour.get(address)).status_code == 503, "it has downloads left, and the process has none"
    bodies.end(scopes.pop(0))
    scopes.append({})
    downloads.begin(scopes[-1], source("10.0.0.1"))
    assert (await client.get(address)).status_code == 503
    for scope in scopes:
        bodies.end(scope)
    assert (await client.get(address)).status_code == 200
    assert not downloads.running.of_host
