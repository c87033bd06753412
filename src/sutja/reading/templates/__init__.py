"""Forms whose fields are known: a template is laid over each page, its fields are read, its rules weighed."""

from sutja.reading.templates.template import Template, list_columns
from sutja.reading.templates.template_field import TemplateField

__all__ = ["Template", "TemplateField", "list_columns"]
