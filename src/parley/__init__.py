"""Parley: a forum whose every thread begins with an article."""

import os

# Piccolo looks its engine and tables up by this name; nobody running Parley should have to know it.
os.environ.setdefault("PICCOLO_CONF", "parley.site.piccolo_conf")
