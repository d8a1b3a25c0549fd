import sys
from pathlib import Path

# The script that makes the files is beside their test.
sys.path.insert(0, str(Path(__file__).parent))
