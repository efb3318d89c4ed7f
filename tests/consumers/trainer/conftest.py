"""These tests are apart because they need the extra `trainer`; what the others work with, they work with too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
