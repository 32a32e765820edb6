"""How well articles are read: figures over folders of real pages, judged by what others wrote down about them."""
