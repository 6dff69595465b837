"""`bert-tf completion`."""

import rich_click as click
from click.shell_completion import get_completion_class

from bert_tf.cli.output import echo

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL: commands, options, recipes, recipe keys and runs.

    Example: bert-tf completion bash >> ~/.bashrc
    Example: bert-tf completion zsh >> ~/.zshrc
    Example: bert-tf completion fish > ~/.config/fish/completions/bert-tf.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"This version of click has no completion for {shell}.", ctx=context)
    echo(kind(context.find_root().command, {}, "bert-tf", "_BERT_TF_COMPLETE").source())
