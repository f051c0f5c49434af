"""Whether two answers are the same: the stages from equal text to equal values."""
