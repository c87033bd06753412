"""The `sutja` command: a file for each verb, imported when the verb is used."""

from __future__ import annotations

from importlib import import_module

import click

import sutja

# verb: the place of its command, and its line in `sutja --help`, which thus imports no verb
VERBS = {
    "read": ("sutja.cli.read:read", "Read the numbers in pictures."),
    "template": ("sutja.cli.template:template", "Make and check templates of forms."),
    "listen": ("sutja.cli.listen:listen", "Transcribe the numbers spoken in recordings."),
    "detect": ("sutja.cli.detect:detect", "Detect objects in pictures."),
    "evaluate": ("sutja.cli.evaluate:evaluate", "Measure a model on labelled data."),
    "audit": ("sutja.cli.audit:audit", "Measure the error of a run by a sample that a person checks."),
    "calibrate": ("sutja.cli.calibrate:calibrate", "Choose a threshold with a guaranteed error."),
    "card": ("sutja.cli.card:card", "Show what a model is, learnt from, and how well it does."),
    "data": ("sutja.cli.data:data", "List, describe and fetch the data sets."),
    "train": ("sutja.cli.train:train", "Train a network on your own data."),
    "compare": ("sutja.cli.compare:compare", "Compare deep networks with other learners on your data."),
    "serve": ("sutja.cli.serve:serve", "Open the page and the HTTP API."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs, in the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb `cmd_name`; None if there is none of this name."""
        if cmd_name not in VERBS:
            return None
        module, _, attribute = VERBS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])


def _print_completion(ctx: click.Context, option: click.Parameter, shell: str | None) -> None:
    """Print the script that completes verbs and options in a shell, and exit."""
    if shell is None or ctx.resilient_parsing:
        return
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "sutja", "_SUTJA_COMPLETE").source())
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sutja.__version__, prog_name="sutja")
@click.option(
    "--completion",
    type=click.Choice(("bash", "zsh", "fish")),
    expose_value=False,
    is_eager=True,
    callback=_print_completion,
    help='Print the script that completes verbs and options: eval "$(sutja --completion bash)".',
)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Read numbers from pictures and recordings, and say how sure each reading is."""
    from sutja.cli.execution.termination import handle_termination

    ctx.with_resource(handle_termination())
