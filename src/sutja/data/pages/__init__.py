"""Real pages with known fields: cheques, grids, tables."""
