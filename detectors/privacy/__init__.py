"""Privacy: masks before anything else sees a picture, and pixelated persons."""
