"""Output of the commands: formats and annotated pictures."""
