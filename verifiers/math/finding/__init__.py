"""Where the answer stands in a response: boxes, markers, sentences."""
