"""`python -m odibi_sql` is `odibi`."""

from odibi_sql.cli import main

main()
