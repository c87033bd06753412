"""The public data sets: catalogue, downloads, readers."""
