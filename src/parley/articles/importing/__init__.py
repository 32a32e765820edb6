"""From a page, a file or pasted words to an article's passages: pure steps, no database.

`fetch` brings a page, `extract` and `plain` find the article in it, `passages` cut it, `align` ties the
passages of a new revision to those of the last one, `images` re-encode its pictures.
"""
