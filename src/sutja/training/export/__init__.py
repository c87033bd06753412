"""From trained networks to model files, in 32-bit floats or 8-bit integers."""
