"""Names of the numbers on a page, by the words beside them."""
