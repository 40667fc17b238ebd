"""Being here, it puts this folder on the path: tests import the reference interpreter as `interpreter`."""
