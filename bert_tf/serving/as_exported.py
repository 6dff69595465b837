"""Whether a version is as its export wrote it, before anything of it is loaded."""

import pathlib

from bert_tf.export.checksums import NAME, check_folder, read_sums
from bert_tf.export.folders import handoff_folder


def check_as_exported(version: pathlib.Path) -> None:
    """Hold a version's files against the list of hashes in its handoff; one that has no handoff is taken as it is.

    Raises:
        VerifyError: a file is missing, changed or added, or the handoff has no list.
        OSError: a file can't be read.
    """
    handoff = handoff_folder(version)
    if not handoff.is_dir():  # of another program, or copied without it
        return
    own = f"{version.name}/"
    sums = {
        name.removeprefix(own): digest for name, digest in read_sums(handoff / NAME).items() if name.startswith(own)
    }
    check_folder(version, sums)
