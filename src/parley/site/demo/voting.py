"""How the demo members vote: camps that agree with their own, bridges that many find worth reading."""

import random
from collections.abc import Sequence

import msgspec

from parley.site.demo.content import DemoComment, DemoMember

SEED = 20_260_316
# How warm (from 0 to 1) members of one camp are towards what another camp writes.
WARMTH = {
    ("builder", "builder"): 0.85,
    ("builder", "sceptic"): 0.25,
    ("builder", "affected"): 0.4,
    ("sceptic", "sceptic"): 0.85,
    ("sceptic", "builder"): 0.25,
    ("sceptic", "affected"): 0.8,
    ("affected", "affected"): 0.9,
    ("affected", "builder"): 0.3,
    ("affected", "sceptic"): 0.7,
}
NEUTRAL = 0.6
BRIDGED = 0.75
# How likely a member is to vote on a top-level comment. Replies get half as many votes.
TURNOUT = 0.55
# People who take the tour sign in as this member and cast the first votes.
NEWCOMER = "mira"


class Ballot(msgspec.Struct, frozen=True):
    """One vote, by the comment's id in its file and the member's name."""

    comment: str
    member: str
    axis: str
    value: int


def ballots(members: Sequence[DemoMember], comments: Sequence[DemoComment], *, has_camps: bool = True) -> list[Ballot]:
    """All votes on a thread; the same for the same words. Without camps nobody agrees with their own more often."""
    dice = random.Random(SEED)  # noqa: S311 a demo must come out the same each time
    camps = {member.name: member.camp if has_camps else "bridge" for member in members}
    cast: list[Ballot] = []
    for comment in comments:
        craft = _craft(comment)
        for member in members:
            turnout = TURNOUT if comment.parent is None else TURNOUT / 2
            may = member.days is None and member.name not in {comment.author, NEWCOMER}
            if may and dice.random() < turnout:
                cast += _votes(dice, comment, member, camps[comment.author], craft)
    return cast


def _craft(comment: DemoComment) -> float:
    """How worth reading a comment is to anybody: longer and with a quote counts for something."""
    return min(1.0, 0.35 + len(comment.body) / 1_500 + (0.15 if comment.passage else 0.0))


def _votes(dice: random.Random, comment: DemoComment, member: DemoMember, camp: str, craft: float) -> list[Ballot]:
    warmth = BRIDGED if camp == "bridge" else WARMTH.get((member.camp, camp), NEUTRAL)
    votes: list[Ballot] = []
    if dice.random() < craft:
        votes.append(Ballot(comment.id, member.name, "quality", 1))
    elif comment.state == "removed" or dice.random() > craft + warmth:
        votes.append(Ballot(comment.id, member.name, "quality", -1))
    roll = dice.random()
    if roll < 0.12:  # noqa: PLR2004 some pass
        votes.append(Ballot(comment.id, member.name, "agreement", 0))
    elif roll < 0.8:  # noqa: PLR2004 some say nothing
        votes.append(Ballot(comment.id, member.name, "agreement", 1 if dice.random() < warmth else -1))
    return votes
