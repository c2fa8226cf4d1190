"""P2000, the Dutch pager network: lines of a decoder to reports, calls that are paged twice, words that tell the kind."""
