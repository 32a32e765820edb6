"""Mail: a row written with the change it tells of, and handed over by the worker once that is committed.

`send` is for a message to one address, which is sent again where nobody knows whether it arrived: a lost security mail
is worse than two. `post` is for a letter of a list to a member, of which a second copy is worse than none. What hands
them over stands apart (`sending`): only the worker needs its tools.
"""

from parley.mail.letters import ADDRESS, Letter, MailList, end_hold, lists, post, post_all, send
from parley.mail.links import off_link
from parley.mail.writing import written, written_html, written_message

__all__ = [
    "ADDRESS",
    "Letter",
    "MailList",
    "end_hold",
    "lists",
    "off_link",
    "post",
    "post_all",
    "send",
    "written",
    "written_html",
    "written_message",
]
