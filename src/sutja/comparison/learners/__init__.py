"""The learners: networks, baselines, networks of each era; how each is fitted and what it costs."""
