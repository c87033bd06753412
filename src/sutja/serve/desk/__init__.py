"""The desk: numbers that were not accepted are checked by people, and every answer is kept at once."""

from sutja.serve.desk.desk import Desk
from sutja.serve.desk.uploads import UploadDesks

__all__ = ["Desk", "UploadDesks"]
