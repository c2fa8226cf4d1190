"""Cameras as the registry tells them: legal basis, viewing windows, zones, and who may see a snapshot."""
