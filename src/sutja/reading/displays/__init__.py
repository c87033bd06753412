"""Seven-segment displays: told by the shape of their digits, and read with their decimal point."""
