"""The nightly training of the score on what moderators decided here.

Comments that moderators restricted on the ground of the rules with the score are advertising. Those that they approved
are not, nor those that stood for days without a report. What was restricted on another ground is left out.
"""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from parley.discussion.comments.rules import ALL_WORDS
from parley.moderation.automod import learning
from parley.moderation.automod.learning import Text
from parley.moderation.automod.tables import SpamTraining
from parley.moderation.matching import current, score
from parley.moderation.matching.facts import RESTRICTS
from parley.moderation.matching.post import Post
from parley.moderation.matching.score import ScoreMetrics, Weights
from parley.platform import db

# Only the newest comments of the last 180 days are read, which takes about twenty seconds and 100 MB.
DAYS, MOST = 180, 20_000
# A published comment that nobody has reported after this many days counts as harmless.
STOOD_DAYS = 2
# Comments of the last weeks that were kept back judge the weights.
RECENT_DAYS = 28
# With fewer texts of either kind, the weights stay as they are.
LEAST_LEARNED, LEAST_KEPT_BACK = 30, 10
# Weak, so that a hundred local decisions count against the thousands of texts behind the shipped weights.
PULL = 0.01
# Only the beginning is scored (score.LONGEST_SCORED).
LONGEST_READ = 2 * score.LONGEST_SCORED

SELECT_GROUNDS = """select distinct guideline from rule where conditions @> '[{"kind": "score"}]'"""
SELECT_JUDGED = f"""
with decided as (
    select distinct on (d.target) d.target as comment, d.guideline,
           d.state <> 'overturned' and d.action in {RESTRICTS} as is_restricted
    from decision d where d.kind = 'comment' and d.moderator is not null
      and d.state in ('in_force', 'ended', 'overturned')
      and (d.action in {RESTRICTS} or d.action in ('approve', 'restore'))
    order by d.target, d.id desc
)
select left({ALL_WORDS}, {LONGEST_READ}) as body,
       case when c.statement is null then left(c.html, {LONGEST_READ}) else '' end as html,
       coalesce(d.is_restricted, false) as spam, c.created_at > now() - $2 * interval '1 day' as recent
from (select * from comment where author is not null and created_at > now() - $3 * interval '1 day'
      order by created_at desc limit {MOST}) c
left join decided d on d.comment = c.id
where case when d.comment is not null then not d.is_restricted or d.guideline = any($1)
           else c.state = 'visible' and c.created_at < now() - $4 * interval '1 day'
             and not exists (select from queue_item i where i.kind = 'comment' and i.target = c.id) end
"""  # noqa: S608 constants only


class JudgedComment(msgspec.Struct, frozen=True):
    """A comment, and whether it is advertising; `recent`: of the last weeks."""

    body: str
    html: str
    spam: bool
    recent: bool


class Learned(msgspec.Struct, frozen=True):
    """What a training found; `weights` None where they are no better than those in force. Counts as in the table."""

    weights: Weights | None
    spam: int
    harmless: int
    figures: ScoreMetrics


async def train() -> int:
    """Train the score, and return 1; 0 where there are too few decisions, or no rule that uses it."""
    grounds = await db.values(SELECT_GROUNDS)
    if not grounds:
        return 0
    comments = await db.fetch(JudgedComment, SELECT_JUDGED, grounds, RECENT_DAYS, DAYS, STOOD_DAYS)
    await current.in_force()
    learned = await asyncio.to_thread(learn, comments, score.in_use())
    if learned is None:
        return 0
    await SpamTraining.insert(
        SpamTraining(
            weights=learned.weights and learning.encode_weights(learned.weights),
            spam=learned.spam,
            harmless=learned.harmless,
            figures=msgspec.json.encode(learned.figures).decode(),
        )
    )
    return 1


def learn(comments: Iterable[JudgedComment], in_use: Weights) -> Learned | None:
    """Learn from comments, and compare with the weights in use; None where there are too few of a kind.

    It starts from the weights that come with Parley, so that no mistake is learned for good.
    """
    learned, kept_back = _split(comments)
    spam, recent = _count(learned), _count(kept_back)
    if min(spam, len(learned) - spam) < LEAST_LEARNED or min(recent, len(kept_back) - recent) < LEAST_KEPT_BACK:
        return None
    new = learning.fit(_balance(learned, spam), score.shipped_weights(), PULL)
    before, after = learning.figures(kept_back, in_use), learning.figures(kept_back, new)
    counts = (spam, len(learned) - spam)
    return Learned(new, *counts, after) if after.loss <= before.loss else Learned(None, *counts, before)


def _split(comments: Iterable[JudgedComment]) -> tuple[list[Text], list[Text]]:
    """The texts to learn, and the recent ones that are kept back."""
    learned, kept_back = [], []
    for comment in comments:
        post = Post(comment.body, html=comment.html)
        is_kept_back = learning.is_kept_back(post.alike)
        text = Text.of(post, spam=comment.spam)
        if text and is_kept_back and comment.recent:
            kept_back.append(text)
        elif text and not is_kept_back:
            learned.append(text)
    return learned, kept_back


def _count(texts: Sequence[Text]) -> int:
    return sum(text.spam for text in texts)


def _balance(texts: Sequence[Text], spam: int) -> list[Text]:
    """The texts with weights by which both kinds count the same."""
    harmless = len(texts) - spam
    weights = min(1.0, spam / harmless), min(1.0, harmless / spam)
    return [msgspec.structs.replace(text, weight=weights[text.spam]) for text in texts]
