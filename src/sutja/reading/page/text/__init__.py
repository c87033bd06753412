"""The words of a page: lines of text, the numbers among them, and what they say about those of our own."""
