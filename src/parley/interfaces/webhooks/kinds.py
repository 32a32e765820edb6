"""The kinds of events that webhooks can have, and what they are called."""

from parley.platform.text.messages import N_

KINDS = {
    "comment.posted": N_("A comment is posted"),
    "comment.edited": N_("A comment is edited"),
    "comment.deleted": N_("A comment is deleted by its author"),
    "comment.removed": N_("A comment is removed"),
    "comment.restored": N_("A comment is restored"),
    "comment.moved_away": N_("A comment is moved to another thread"),
    "comment.moved_here": N_("A comment is moved into a thread"),
    "thread.opened": N_("A thread is opened"),
    "thread.locked": N_("A thread is locked"),
    "thread.unlocked": N_("A thread is unlocked"),
    "thread.slowed": N_("Slow mode changes"),
    "thread.archived": N_("A thread is archived"),
    "article.revised": N_("An article gets a new version"),
    "article.restricted": N_("More or less of an article is shown"),
    "author.pinned": N_("An author pins a reply"),
    "discussion.imported": N_("A discussion is imported"),
}
