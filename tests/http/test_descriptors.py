import json
import subprocess
import sys

import pytest

CODE = """
import json, resource, sys
from bert_tf.http.descriptors import room_for_connections
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(json.dumps([room_for_connections(wanted), *resource.getrlimit(resource.RLIMIT_NOFILE)]))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "room", "raised"),
    [(1024, 4096, 2048, 2048, 2304), (1024, 4096, 500, 500, 1024), (256, 600, 2048, 300, 600), (64, 64, 2048, 16, 64)],
    ids=["raised", "enough", "as far as it goes", "hardly any"],
)
def test_room(soft, hard, wanted, room, raised):
    done = subprocess.run(
        [sys.executable, "-c", CODE, *map(str, (soft, hard, wanted))], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [room, raised, hard]
