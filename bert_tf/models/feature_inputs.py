"""What the inputs of an exported model are called that tell more of an item than its text."""

import re


def input_name(column: str) -> str:
    """The name for a column: letters, digits and _ only, as TensorFlow wants names."""
    return re.sub(r"\W", "_", column, flags=re.ASCII)
