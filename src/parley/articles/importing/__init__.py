"""From a page, a file or pasted words to an article's passages: pure steps, no database.

`fetch` brings a page, `extract` and `plain` find the article in it, `passages` cut it, `images` re-encode its
pictures.
"""
