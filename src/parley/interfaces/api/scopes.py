"""What a token may do besides reading."""

from parley.platform.text.messages import N_, Message

COMMENT, VOTE, ARTICLE, FOLLOW, KEEP, MODERATE = "comment", "vote", "article", "follow", "keep", "moderate"
SCOPES: dict[str, Message] = {
    COMMENT: N_("Post, edit, delete, restore and report comments, and appeal decisions"),
    VOTE: N_("Vote, answer statements, and read my own votes and answers"),
    ARTICLE: N_("Add, edit and claim articles, and suggest changes to them"),
    FOLLOW: N_("Follow, mute and block, and read my notifications and what is unread"),
    KEEP: N_("Read what I keep, with my notes"),
    MODERATE: N_("Read the moderation queue and decide, as far as I may"),
}
