import pathlib
import sys

# The tests are imported by path; raw_sockets.py stands beside them.
sys.path.insert(0, str(pathlib.Path(__file__).parent))
