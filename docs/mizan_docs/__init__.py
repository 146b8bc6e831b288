"""The tools of the documentation: reference pages from the code, links, pages of the site."""
