"""Write the page on the command line from what `--help` says; the site's build runs this first.

python docs/commands.py      # writes docs/reference/command-line.md, which is not committed
"""

from __future__ import annotations

from pathlib import Path

import click

from sutja.cli import main

PAGE = Path(__file__).parent / "reference" / "command-line.md"
WIDTH = 84  # columns, as many as the site shows
HEAD = """# Command line

Made from the help of every command. Exit status: 0 if every input was processed, 1 if some could not be
(the others were, and the reason is in their line and on standard error), 2 for wrong usage.
"""


def describe(command: click.Command, name: str, parent: click.Context | None = None) -> list[str]:
    """Return the help of a command and of those below it, each under a heading."""
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH
    )
    sections = [f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for verb in command.list_commands(context):
            if below := command.get_command(context, verb):
                sections += describe(below, verb, context)
    return sections


if __name__ == "__main__":
    PAGE.write_text("\n".join([HEAD, *describe(main, "sutja")]), encoding="utf-8")
