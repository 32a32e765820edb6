"""The topics as all pages have them: in the menu of the masthead, and in the lists from which one is chosen.

Each process reads them once a minute. A site may have 200, so what a page shows of them is rendered then.
"""

from collections.abc import Container

from markupsafe import Markup

from parley.discussion.threads import queries
from parley.discussion.threads.queries import TopicRow
from parley.platform import db
from parley.platform.http import environment

# With more topics, the menu shows those most used, and leads to the page of all.
MOST_IN_MENU = 12
SELECT_MOST_USED = f"""
select o.slug, o.name, o.hue from topic o left join (
    select topic, count(*) as threads from thread where last_activity_at > now() - interval '30 days' group by topic
) used on used.topic = o.slug
order by coalesce(used.threads, 0) desc, o.position, o.slug limit {MOST_IN_MENU}
"""  # noqa: S608 constants only


async def read() -> None:
    """Let all pages follow `parley topic` and what admins write of a topic."""
    topics = await queries.topics()
    menu = topics if len(topics) <= MOST_IN_MENU else await db.fetch(TopicRow, SELECT_MOST_USED)
    environment.set_globals(topics=topics, menu_topics=menu, topic_options=TopicOptions(topics))


class TopicOptions:
    """The options of a list of topics. A template calls it with the chosen one, and with those that it offers."""

    def __init__(self, topics: list[TopicRow]) -> None:
        option = Markup('<option value="{}" dir="auto">{}</option>')
        self.options = {topic.slug: str(option.format(topic.slug, topic.name)) for topic in topics}

    def __call__(self, chosen: str | None = None, among: Container[str] | None = None) -> Markup:
        html = "".join(option for slug, option in self.options.items() if among is None or slug in among)
        if chosen in self.options:
            html = html.replace(f'value="{chosen}"', f'value="{chosen}" selected')
        return Markup(html)  # noqa: S704 slugs and names are escaped above
