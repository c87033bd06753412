"""Training classifiers."""
