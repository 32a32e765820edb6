from tests.people.mail.conftest import files, use

__all__ = ["files", "use"]
