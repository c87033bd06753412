"""From measured fits to learning curves, crossovers and advice."""
