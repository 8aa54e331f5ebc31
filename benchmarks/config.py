"""What may be asked of benchmarks beyond their names, read once."""

from __future__ import annotations

import os
from typing import Final

# To how many a mass grant grants: MEMBERS=1000000 make bench NAME=massgrant.
MEMBERS: Final = int(os.environ.get("MEMBERS", "200000"))
