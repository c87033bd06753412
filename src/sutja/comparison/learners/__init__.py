"""The learners: classical ones, networks, networks of each era, and how each is fitted."""
