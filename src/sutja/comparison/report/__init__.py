"""The report: its page, sections, figures and style."""
