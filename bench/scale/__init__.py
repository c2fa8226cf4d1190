"""`bench scale`: what cameras, rooms and reports cost in processor, memory and disk, and what so many of them need."""
