"""Running an evaluation: a plan's problems are sampled, graded and stored."""
