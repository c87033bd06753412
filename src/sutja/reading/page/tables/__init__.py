"""Tables on a page: rows and columns, parts of one table, missing cells, sudoku grids."""
