"""Geometry between picture and ground: homographies, camera models, areas, grids and zones. Metres begin here."""
