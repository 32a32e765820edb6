"""A publisher's own page with the discussion beside it, on another site than ours, for the demo."""

from pathlib import Path

from parley.articles.articles import queries as articles
from parley.interfaces.embed import ops
from parley.platform import db
from parley.platform.http.pages import environment
from parley.platform.settings import settings

KEY = "demo"
SELECT_ARTICLE = "What the benchmark cannot see"
FILE = "publisher.html"

SELECT_THREAD = "select t.id from thread t join article a on a.id = t.article where t.title = $1 order by t.id limit 1"
SET_ADDRESS = "update article set url = $2 where id = (select article from thread where id = $1)"


async def publish(origin: str) -> Path | None:
    """Write the page that is served at `origin`, and let it show the discussion. None without the demo's article."""
    thread = await db.value(SELECT_THREAD, SELECT_ARTICLE)
    article = await articles.of_thread(thread) if thread else None
    if article is None:
        return None
    url = f"{origin}/"
    async with db.atomic():
        await ops.add_site(KEY, [origin], "research")
        await db.execute(SET_ADDRESS, thread, url)
    page = (
        environment()
        .get_template("site/demo/publisher.html")
        .render(
            article=article,
            passages=await articles.passages(article.revision_id, thread),
            url=url,
            key=KEY,
            base_url=settings().base_url,
        )
    )
    file = settings().data / FILE
    file.write_text(page)
    return file
