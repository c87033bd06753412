"""Layouts of drawn pages, a file for each kind: letters, forms, tables, receipts and others."""
