"""A project as a static site: its pipelines, their datasets with types and origins, rules, tests, and the last run."""

from odibi_sql.site.collect import Documented, DocumentedTest, documented, pipelines_in
from odibi_sql.site.pages import pages_of
from odibi_sql.site.write import SiteProblem, write_site

__all__ = ["Documented", "DocumentedTest", "SiteProblem", "documented", "pages_of", "pipelines_in", "write_site"]
