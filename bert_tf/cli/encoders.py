"""`bert-tf encoders`: list the encoders that are known by name."""

import rich_click as click

from bert_tf.cli.options import JSON
from bert_tf.cli.output import echo, write_json


@click.command()
@JSON
def encoders(as_json: bool) -> None:
    """List the encoders that are known by name.

    Example: bert-tf encoders
    """
    from bert_tf.models.encoder_sources import installed_folder
    from bert_tf.models.known_encoders import ENCODERS

    installed = {name for name, source in ENCODERS.items() if installed_folder(source)}
    if as_json:
        write_json([
            {
                "name": name, "hub": source.hub, "revision": source.revision, "package": source.package,
                "is_installed": name in installed,
                "language": source.language, "good_for": source.good_for, "vector": source.vector,
                "weights": source.weights, "mebibytes": source.mebibytes, "is_pickle": source.is_pickle,
                "is_baseline": source.is_baseline, "training": dict(source.training),
            }
            for name, source in ENCODERS.items()
        ])  # fmt: skip
        return
    width, spoken = (max(map(len, texts)) for texts in (ENCODERS, (source.language for source in ENCODERS.values())))
    for name, source in ENCODERS.items():
        at_hand = "built in" if source.is_baseline else "installed" if name in installed else f"{source.mebibytes} MiB"
        echo(f"{name:<{width}}  {source.language:<{spoken}}  {at_hand:>9}  {source.good_for}")
