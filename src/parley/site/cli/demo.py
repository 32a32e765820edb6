"""`parley demo`: create the demo community."""

from typing import Any

import rich_click as click

from parley.articles.articles import queries as articles
from parley.interfaces.embed import ops
from parley.platform import db
from parley.platform.http.environment import environment
from parley.platform.settings import settings
from parley.site.cli.running import on_installation
from parley.site.cli.up import PUBLISHER_FILE
from parley.site.demo.fill import fill

KEY = "demo"
ARTICLE = "What the benchmark cannot see"

SELECT_THREAD = "select t.id from thread t join article a on a.id = t.article where t.title = $1 order by t.id limit 1"
SET_ADDRESS = "update article set url = $2 where id = (select article from thread where id = $1)"


@click.command()
@click.option("--publisher", metavar="ORIGIN", help="Where the demo's publisher serves its page.")
@on_installation
async def demo(publisher: str | None) -> dict[str, Any]:
    """Fill this installation with the demo community (localhost only)."""
    made = await fill()
    if publisher:
        await publish(publisher)
    text = "The demo holds " + ", ".join(f"{count} {name}" for name, count in made.items()) + "."
    return {"text": text, **made}


async def publish(origin: str) -> None:
    """Write the page of a publisher, which `parley up` serves at `origin`, and let it show the discussion."""
    thread = await db.value(SELECT_THREAD, ARTICLE)
    article = await articles.of_thread(thread) if thread else None
    if article is None:
        return
    url = f"{origin}/"
    async with db.atomic():
        await ops.add_site(KEY, [origin], "research")
        await db.execute(SET_ADDRESS, thread, url)
    passages = await articles.passages(article.revision_id, thread)
    template = environment().get_template("site/demo/publisher.html")
    page = template.render(article=article, passages=passages, url=url, key=KEY, base_url=settings().base_url)
    (settings().data / PUBLISHER_FILE).write_text(page)
