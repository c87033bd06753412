"""Registration of forms: a template laid over a page that is scanned or photographed, flat or bent."""
