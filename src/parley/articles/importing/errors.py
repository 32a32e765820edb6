class CannotImport(Exception):  # noqa: N818 - the name is the sentence's beginning
    """An article could not be imported. The text tells a person what happened and what to do next."""
