class CannotImport(Exception):
    """An article could not be imported. The text tells a person what happened and what to do next."""
