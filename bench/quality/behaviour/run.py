"""Entry point: python bench/quality/behaviour/run.py --help"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from bench.quality.behaviour.main import main

if __name__ == "__main__":
    main()
