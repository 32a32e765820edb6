from standing.world import built, world

__all__ = ["built", "world"]
