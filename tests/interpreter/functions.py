"""The scalar functions of the catalogue, a module for each group: arguments in, a value out."""

from __future__ import annotations

from interpreter.added import ADDED
from interpreter.arrays import ARRAYS
from interpreter.conditions import CONDITIONS
from interpreter.documents import DOCUMENTS
from interpreter.mathematics import MATHEMATICS
from interpreter.operators import Operator
from interpreter.regexps import REGEXPS
from interpreter.texts import TEXTS
from interpreter.times_functions import TIME_FUNCTIONS

FUNCTIONS: dict[str, Operator] = {
    **TEXTS,
    **REGEXPS,
    **MATHEMATICS,
    **TIME_FUNCTIONS,
    **CONDITIONS,
    **ARRAYS,
    **DOCUMENTS,
    **ADDED,
}
