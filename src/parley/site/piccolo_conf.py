"""What Piccolo asks for: the engine and the list of apps."""

from piccolo.conf.apps import AppRegistry

from parley.platform.db import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["parley.site.piccolo_app"])
