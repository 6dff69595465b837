"""`bert-tf play`."""

import pathlib

import rich_click as click

from bert_tf.cli.options import ALLOW_HOST, ALLOW_ORIGIN, MODEL_OR_RUN
from bert_tf.cli.output import echo, progress_console
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage


@click.command()
@MODEL_OR_RUN
@click.option(
    "--port", type=click.IntRange(0, 65535), default=7860, help="Port to listen on [7860]; 0 picks a free one."
)
@click.option("--host", default="127.0.0.1", help="Address to listen on [127.0.0.1, this machine only].")
@click.option("--no-browser", is_flag=True, help="Don't open a browser.")
@ALLOW_HOST
@ALLOW_ORIGIN
def play(
    model: pathlib.Path,
    port: int,
    host: str,
    no_browser: bool,
    allowed_hosts: tuple[str, ...],
    allowed_page_origins: tuple[str, ...],
) -> None:
    """Try a model in the browser: type text, see label, probabilities and the words that mattered.

    A folder of runs, such as runs/imdb, stands for its newest run. Press Ctrl-C to stop.

    Example: bert-tf play runs/imdb
    Example: bert-tf play models/imdb --port 8000 --no-browser
    """
    from bert_tf.http.origins import allowed_origins
    from bert_tf.playground.serve import open_browser, serve
    from bert_tf.ports import address, is_public, listen
    from bert_tf.workflow.source import find_source

    # A wrong folder or a taken port is told before TensorFlow's seconds of start-up.
    found = find_source(model)
    with listen(host, port) as listener:
        url = address(listener)
        echo(f"Loading the {found.kind} {found.path} …")
        with Stage(progress_console(as_json=True), "starting TensorFlow") as stage:
            with quiet_start():
                from bert_tf.playground.app import make_app
                from bert_tf.playground.subject import load_subject, warm_up
            stage.rename("loading the model")
            subject = load_subject(found)
            stage.rename("warming up the model")
            warm_up(subject)
        app = make_app(subject)
        if is_public(host):
            echo("Anyone who can reach this machine can use the page: it has no password.", err=True)
        opened = not no_browser and open_browser(url)
        echo(f"{url}  (press Ctrl-C to stop)")
        if not opened and not no_browser:
            echo("Could not open a browser; open this address yourself.")
        serve(app, listener, allowed_origins(host, hosts=allowed_hosts, origins=allowed_page_origins))
    echo("\nPlayground stopped.")
