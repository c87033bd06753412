"""From labelled data to a run folder: one file a task."""
