"""Worker process: makes the named stages from the settings (`stages`) and runs them until it is told to stop (`run`)."""
