"""Examples in `--help`: the lines of a command's docstring that begin with `Example:`, one command line in each."""

import rich_click as click

_MARK = "Example: "


def examples_of(command: click.Command) -> list[str]:
    """The command lines that a command's docstring gives as examples."""
    written = (command.callback.__doc__ if command.callback else None) or ""
    lines = [line.strip() for line in written.splitlines()]
    return [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]


def show_examples(command: click.Command) -> click.Command:
    """Take the examples out of a command's description and put them at the end of its help; its subcommands' too."""
    examples = examples_of(command)
    if examples:
        described = [line for line in (command.help or "").splitlines() if not line.strip().startswith(_MARK)]
        command.help = "\n".join(described).strip()
        # rich-click gives a line of its own to what stands between blank lines.
        title = "Examples" if len(examples) > 1 else "Example"
        command.epilog = "\n\n".join([title, *examples, *(("", command.epilog) if command.epilog else ())])
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        show_examples(inner)
    return command
