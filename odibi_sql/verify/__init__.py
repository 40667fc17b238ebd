"""Whether a pipeline gives the same rows on two engines, and if not, which expression makes them differ."""

from odibi_sql.verify.compare import Difference
from odibi_sql.verify.data import Data
from odibi_sql.verify.locate import Culprit
from odibi_sql.verify.verify import Compared, Verification, verify

__all__ = ["Compared", "Culprit", "Data", "Difference", "Verification", "verify"]
