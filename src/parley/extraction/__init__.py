"""From a page, a file or a pasted text to the passages of an article, without the database.

`fetch` downloads a page, `extract` and `plain` find the article in it, `passages` cuts it, `images` re-encodes its
pictures.
"""
