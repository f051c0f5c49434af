"""Finding the answer in a response: boxes, markers, sentences."""
