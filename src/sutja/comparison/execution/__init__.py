"""Run the fits: scheduler, worker pool, budget, tuning and the table of results."""
