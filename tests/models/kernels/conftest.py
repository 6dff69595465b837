"""The native operations, where this machine has them."""

from typing import Any

import pytest

from bert_tf.native.library import native_library


@pytest.fixture(scope="session")
def layer_operations() -> Any:
    """Operations that compute a layer."""
    library = native_library()
    if library.operations is None or library.without_tiles:
        pytest.skip(f"there are no native layers here: {library.missing or library.without_tiles}")
    return library.operations
