"""What machines may do here: robots.txt and llms.txt. The operator decides it by one setting, PARLEY_TRAINING.

The same setting adds the header `TDM-Reservation` (platform/http/security_headers.py) and the meta elements of threads
(articles/queries.py: ArticleRow.passed_on). What the page of an article reserves is passed on in any case.
"""

from litestar import MediaType, Response, get

from parley.platform.http.access import ANYONE
from parley.platform.settings import settings

# Programs that collect texts to train models on, by the names to which they listen.
TRAINERS = (
    "AI2Bot",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "cohere-training-data-crawler",
    "Google-Extended",
    "GPTBot",
    "meta-externalagent",
)
ROBOTS = """\
User-agent: *
{signal}Disallow: /search
Disallow: /new
Disallow: /login
Disallow: /preview
Disallow: /t/*/live

{trainers}Sitemap: {base_url}/sitemap.xml
"""
# https://contentsignals.org
SIGNAL = "Content-Signal: search=yes, ai-train=no\n"
LLMS = """\
# {name}

> Articles, and what readers answer to their sentences.

## What machines may do

- Search engines and assistants may read public pages, and quote them with a link.
- {training}
- Articles from other sites keep what their pages reserve (`noai`, `tdm-reservation`): threads say so in meta elements,
  the API in the field `reservations`, downloads in headers.

## Where to read

- [API]({base_url}/api)
- [Every thread]({base_url}/sitemap.xml)
- [New threads]({base_url}/feed.atom)
"""
ALLOWED = "This site forbids nothing about training models."
FORBIDDEN = (
    "No model may be trained on this site. The right to text and data mining is reserved (directive (EU) 2019/790, "
    "article 4)."
)


@get("/robots.txt", name="feeds:robots", opt={"who": ANYONE}, sync_to_thread=False)
def robots() -> Response[str]:
    is_allowed = settings().training
    names = "".join(f"User-agent: {name}\n" for name in TRAINERS)
    return _text(
        ROBOTS.format(
            base_url=settings().base_url,
            signal="" if is_allowed else SIGNAL,
            trainers="" if is_allowed else f"{names}Disallow: /\n\n",
        )
    )


@get("/llms.txt", name="feeds:llms", opt={"who": ANYONE}, sync_to_thread=False)
def llms() -> Response[str]:
    training = ALLOWED if settings().training else FORBIDDEN
    return _text(LLMS.format(base_url=settings().base_url, name=settings().name, training=training))


def _text(text: str) -> Response[str]:
    return Response(text, media_type=MediaType.TEXT)


handlers: list[object] = [robots, llms]
