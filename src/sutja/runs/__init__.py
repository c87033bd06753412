"""From labelled data to a run folder: one file a task, and `train` for all of them."""

from sutja.runs.api import find_text_task, train
from sutja.runs.folder import Run

__all__ = ["Run", "find_text_task", "train"]
