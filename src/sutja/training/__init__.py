"""Training: the loop, checkpoints and export, and a folder a task."""
