"""The trend report: tables, words, drawings and the page in HTML."""
