"""Crops on their way to a number: read, searched where they are untidy, turned, parted by ink."""
