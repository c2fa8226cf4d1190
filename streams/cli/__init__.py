"""Command line `toezicht`: one file per command. Parses, calls, prints; decides nothing."""
