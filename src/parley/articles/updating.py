"""What an article would say with a text that was imported for it once more."""

from parley.articles import merging
from parley.articles.display import excerpt
from parley.articles.ops import under_its_title
from parley.articles.queries import ArticleRow
from parley.articles.text import Text


async def as_update(article: ArticleRow, text: Text) -> Text:
    """`text` under the article's own title, with the edits made here where it comes from the source."""
    text = await under_its_title(article.id, text)
    if article.display == "excerpt":
        return excerpt(text)
    return await merging.with_edits(article.id, text) if text.fetched is not None else text
