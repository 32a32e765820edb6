"""From a PDF to the passages of an article.

`document` reads words with their places on the page by PDFium, `columns` puts them in reading order, `furniture` takes
away what pages repeat, `blocks` makes paragraphs and headings of lines, `head` finds title, authors and date, and
`reading` puts all of it together.
"""
