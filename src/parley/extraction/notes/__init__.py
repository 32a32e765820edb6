"""Footnotes and endnotes: found in a page, written as links that work both ways, and kept so when an article is edited.

A reference is an empty link, whose number the style sheet shows (`aria-label`), so that the text around it stays as it
was written: quotations have no numbers in them, and a new footnote does not change the words of later paragraphs.
"""
