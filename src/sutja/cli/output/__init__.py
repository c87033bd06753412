"""What the commands write: formats and annotated pictures."""
