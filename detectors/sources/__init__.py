"""Picture sources: live streams, recorded files, probes; from an address to pictures with their time."""
