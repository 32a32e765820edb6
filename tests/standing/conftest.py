from tests.standing.world import built, world

__all__ = ["built", "world"]
