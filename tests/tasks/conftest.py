import pathlib
import sys

# The tests are imported by path; specimens.py and conformance.py stand beside them.
sys.path.insert(0, str(pathlib.Path(__file__).parent))
