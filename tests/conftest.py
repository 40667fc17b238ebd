"""Being here, it puts this folder on the path: tests import the reference interpreter as `interpreter`.

Property tests take the same examples each time, so that a run tells of the change before it and of nothing else;
`ODIBI_RANDOM=1 pytest` looks for new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile("random" if "ODIBI_RANDOM" in os.environ else "same")
