"""Whether two answers are equal, in stages from equal text to equal values."""
