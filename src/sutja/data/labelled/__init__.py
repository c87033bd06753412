"""A person's own labelled data: folders, tables, arrays, recordings."""
