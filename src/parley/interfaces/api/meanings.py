"""What the fields and parameters of the API mean, with their units: the same everywhere, but for EXCEPTIONS."""

import re
from typing import Any

STANCES = "`supports`, `challenges`, `adds` or `asks`; null for none."
RULE = "The code of the rule (`/api/v1/rules`) that is broken; null for none."

MEANINGS = {
    "action": "The action, such as `remove`, `collapse`, `warn` or `approve`.",
    "adds": "Number of top-level comments that add to the article.",
    "after": "The position with which to ask for the next events.",
    "approve": "Whether I approve it.",
    "agreement": "1 agrees, -1 disagrees, 0 is unsure; null: I did not vote.",
    "anchor": "The passage and words that it is about; null: the whole article.",
    "answer": "The answer in words, for the member.",
    "appeal": "The state of the appeal, such as `filed` or `upheld`; the id of one in an address; null for none.",
    "appeal_answer": "How the appeal was answered, in words; null before.",
    "appeal_until": "Until when an appeal is accepted.",
    "article": "The article of the thread.",
    "asks": "Number of top-level comments that ask.",
    "assigned_to": "The name of the moderator it is assigned to; null: nobody.",
    "assisted": "Whether it was written with the help of an AI, as its author says.",
    "at": "When it happened.",
    "author": "Who wrote it; null where nobody may see that.",
    "automated": "Whether a rule decided, and no person.",
    "balance": "How many top-level comments take each stance.",
    "bio": "What the member, or the article's author, says about themselves.",
    "body": "The text, in Markdown; empty where it is not visible.",
    "by": "Only what this member wrote: a name.",
    "byline": "The authors of the article, as its source names them.",
    "can_be_appealed": "Whether I can appeal now.",
    "challenges": "Number of top-level comments that challenge the article.",
    "changed": "How many passages differ from the version before.",
    "changes": "How many passages the update changes.",
    "channel": "Where notifications of it go: `page`, `mail` or `digest`; null: my default.",
    "claim": "The id of a claim.",
    "code": "What reports and decisions call it by.",
    "collapsed": "Why it is collapsed, in words; null: it is not.",
    "comment": "The id of a comment; null: it is about none.",
    "comment_count": "Number of comments, with the places of deleted ones.",
    "conflicts": "How many of the passages were corrected here too.",
    "count": "Number of unread comments; 100 means 100 or more.",
    "created_at": "When it was made.",
    "decided_at": "When it was decided; null before.",
    "decision": "The id of a decision.",
    "decline": "Whether to decline the proposal.",
    "depth": "How many comments it is below a top-level one, which has 0.",
    "detail": "What is wrong, as a sentence to show to people.",
    "display": "What is shown of the text: `full`, `parts`, `excerpt` or `none`.",
    "downs": "Number of votes that it is not worth reading.",
    "draft": "The id of an article that is being added.",
    "edited_at": "When it was last edited; null: never.",
    "editor": "The name of the member who made this version; null: it came from the source.",
    "email": "An address at the domain of the article.",
    "errors": "What is wrong with each field.",
    "escalated": "Whether an admin has to decide.",
    "excerpt": "The beginning or the part that fits, as plain text.",
    "existing": "The id of the thread that the article has already; null for none.",
    "expires_at": "When the token ends.",
    "field": "The name of the field.",
    "good_faith": "Confirms that the request is true to the best of my knowledge.",
    "ground": "What the request is about.",
    "grounds": "How often each rule was named in reports, such as `civility 2`.",
    "holder": "The name of the moderator who has claimed it; null for nobody.",
    "html": "The text as safe HTML; empty where it is not visible.",
    "id": "Its id.",
    "illegal": "Whether it is about illegal content.",
    "instance": "Identifies the request in the site's log.",
    "is_articles_author": "Whether the comment's author wrote the article.",
    "is_member": "Whether the name is a member's here, not one imported with a comment or a former member's.",
    "is_unread": "Whether I have not read it yet.",
    "item": "The id of an item of the queue.",
    "items": "What was asked for, at most `limit` of it.",
    "karma": "How often others found the member's comments worth reading.",
    "kept": "The id of the comment whose statement is kept; null separates them again.",
    "kind": "What it is, or is about, such as `comment`, `article` or `member`; of an event, what happened.",
    "lang": "The language, as a code such as `en`.",
    "last_activity_at": "When something was last written or changed in it.",
    "last_seq": "The number of the thread's newest event.",
    "left": "How many statements I can still be asked.",
    "level": "What I do with it: `follow`, `mute` or, with members, `block`; `none` ends that.",
    "licence": "The address of the licence; null: none is named.",
    "lineage": "The id of the passage, which stays when the article is edited.",
    "member": "The name of the member; null: it came from the source, or nobody may see it.",
    "message": "What happened, as a sentence to show to people.",
    "name": "The name.",
    "next": "The address of the next page; null on the last one.",
    "none": "Number of top-level comments without a stance.",
    "number": "The number of the version, from 1.",
    "offer": "Signed by the site: the answer then counts as asked. From the next statement.",
    "opened_at": "When it was first reported or held.",
    "original": "The address of the original work; may be empty.",
    "outcome": "`upheld`: the decision stands. `overturned`: it is undone. `modified`: a milder one takes its place.",
    "overdue": "Whether it has waited longer than it should.",
    "parent": "The id of the comment that it answers; null: none, it is at the top level.",
    "passage": "The lineage of a passage of the article; null: none.",
    "passages": "The passages of the article, in order.",
    "people": "Number of people who took part.",
    "period": "Only threads of this time.",
    "position": "Its place among all events of the site: ask for those `after` it.",
    "prefix": "Some words before the quote, where the passage has it twice.",
    "proposal": "The id of the proposed sentence; null for none.",
    "proposed": "The sentence that somebody proposes to the author; null for none.",
    "proposed_by": "The name of who proposes it; null for none.",
    "published": "When the article was published: a day (`2026-03-16`) or a time.",
    "published_at": "When the article was published, as its source says; null: it does not.",
    "q": 'What to search for, as on the page: words, "a phrase", `-without`, `by:ada`.',
    "quality": "1: worth reading. -1: not. Null: I did not vote.",
    "quote": "Words of the passage or of the comment, exactly as they stand there.",
    "reason": "Why, in words for those whom it concerns.",
    "reply_count": "Number of direct replies.",
    "reservations": "What the page of the article forbids, such as `tdm-reservation` (text and data mining).",
    "restores": "The number of the version that this one restores; null for none.",
    "revision": "The number of the article's version, from 1.",
    "risk": "Orders the queue, the greatest first; it has no unit and no limit.",
    "role": "`member`, `moderator` or `admin`.",
    "rule": RULE,
    "scopes": "What the token may do.",
    "score": "Votes that it is worth reading, less those that it is not.",
    "section": "The part of the publication in which the article stood.",
    "sensitive": "Whether its words are only shown on the page, which records who looked.",
    "seq": "The number of the event in its thread, from 1.",
    "shown": "The ids of the comments that I have read.",
    "since": "Since when.",
    "site": "The name of the site that the article comes from; null for none.",
    "sitting": "Continues a sitting: which statements I was asked. Empty at first; from the turn.",
    "slow_seconds": "How many seconds a member waits between two comments; 0: no wait.",
    "slug": "The name of the topic in addresses.",
    "sort": "The order.",
    "source": "Where it comes from.",
    "spelling": "What may have been meant; null for nothing.",
    "stance": STANCES,
    "starter": "The name of the member who added the article; null: nobody here.",
    "state": "The state that it is in.",
    "statement": "The comment in one sentence of up to 140 characters; null or empty for none.",
    "status": "The status of the answer, as in HTTP.",
    "submission": "A UUID of yours: sent again with it, a comment is posted once.",
    "supports": "Number of top-level comments that support the article.",
    "text": "The text.",
    "thread": "The id of a thread; null: it is in none.",
    "title": "The title; null where nobody may see it.",
    "token": "What the page of the article must have to prove the claim.",
    "topic": "The slug of a topic.",
    "type": "The address at which the kind of error is explained.",
    "until": "When it ends; null: never.",
    "update": "The id of a suggested update.",
    "updated": "When the article was last changed: a day or a time.",
    "updated_at": "When the article was last changed, as its source says; null: it does not.",
    "ups": "Number of votes that it is worth reading.",
    "upto": "The id of the newest notification that I have read.",
    "url": "The address.",
    "value": "1, -1 or 0 (unsure).",
    "verified": "Whether I have confirmed my e-mail address.",
    "version": "The number of its text: an edit makes it greater by one.",
    "was_reported": "Whether somebody reported it.",
    "way": "How the claim is proved.",
    "wish": "What is asked for: an excerpt only, no text, or nothing of the article.",
    "words": "Number of words.",
    "written_at": "When this version was written.",
}
DAYS = "Number of days; null: permanently, where the action has an end."
READ_VERSION = "The `version` of what I read: if somebody decided meanwhile, the answer is 409."
# `Object.field`, where a name has another meaning.
EXCEPTIONS = {
    "Anchor.state": "`same`, `changed` or `moved` since it was quoted, `kept`, or `lost`: the article has it no more.",
    "Anchor.words": "What the quoted words read now; null: as quoted, or they may not be shown.",
    "ArticleImport.state": "`waiting`, `fetching`, `reading`, `ready`, `failed` or `published`.",
    "Comment.state": "`visible`, `deleted`, `removed`, or `blocked` where I blocked its author.",
    "DirectDecision.until": DAYS,
    "Author.title": "What they are, in a few words of their own; may be empty.",
    "Member.title": "What they are, in a few words of their own; may be empty.",
    "NewCorrection.text": "Markdown to put in the place of the passage.",
    "NewDecision.until": DAYS,
    "NewDecision.version": READ_VERSION,
    "NewReport.reason": "The code of the rule (`/api/v1/rules`) that is broken.",
    "Notification.title": "The title of the thread; null: it is about none.",
    "Problem.title": "The kind of error, in words.",
    "QueueItem.target": "The number of the comment or member that it is about, or of the article's thread.",
    "QueueItem.people": "How many people reported it.",
    "QueueItem.version": "Counts what happened to it: send it with a decision.",
    "Removal.rule": "The code of the rule (`/api/v1/rules`) that is broken.",
    "Review.until": DAYS,
    "Thread.reason": "Why moderators locked, slowed or archived it; null: they did not.",
    "Thread.state": "`open`, `locked` or `archived`.",
    "ThreadSummary.state": "`open`, `locked` or `archived`.",
    "UpdateDecision.decision": "Whether to accept the update.",
    "UpdateDecision.source": "The numbers, from 1, of the conflicts in which the source's text is taken.",
    "UpdateDecision.version": READ_VERSION,
    "UpdateDetail.version": "Names what I read: send it with the decision.",
    "WaitingItem.kind": "`appeal`, or `proposal`: a decision that needs a second approval.",
}


# What a meaning says about null, which not every field of the name can be.
OF_NULL = re.compile("; null[^.;]*")


def explain(description: dict[str, Any]) -> dict[str, Any]:
    """Add to an OpenAPI description what each field and parameter means, unless it says so itself."""
    for name, schema in description["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            _explain(described, EXCEPTIONS.get(f"{name}.{field}") or MEANINGS.get(field))
    for item in description["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                _explain(parameter, _of_parameter(parameter))
    return description


def _of_parameter(parameter: dict[str, Any]) -> str | None:
    name = parameter["name"]
    if parameter["in"] == "path" and name == "name":
        return "The name of a member."
    return MEANINGS.get(name)


def _explain(schema: dict[str, Any], meaning: str | None) -> None:
    if meaning:
        schema.setdefault("description", meaning if _may_be_null(schema) else OF_NULL.sub("", meaning))


def _may_be_null(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in schema.get("oneOf", ()) or None in schema.get("enum", ())
