"""Mail: a message is a row, written in the transaction of the change, and sent by the worker after the commit.

`send` is for a message to one address. If its delivery is unknown it is sent again: losing a security mail is worse
than a duplicate. `post` is for a letter of a list to a member, where a duplicate is worse than a loss. Only the worker
imports `sending`.
"""

from parley.people.mail.letters import ADDRESS, Letter, MailList, end_hold, keep_member, lists, post, post_all, send
from parley.people.mail.links import unsubscribe_link
from parley.people.mail.writing import language_of, send_written, write, written_html, written_message

__all__ = [
    "ADDRESS",
    "Letter",
    "MailList",
    "end_hold",
    "keep_member",
    "language_of",
    "lists",
    "post",
    "post_all",
    "send",
    "send_written",
    "unsubscribe_link",
    "write",
    "written_html",
    "written_message",
]
