from standing.world import world

__all__ = ["world"]
