"""Running fits: scheduler, workers, budget, tuning and the table of results."""
