"""What writes: a plan's problems go to the sampler, are graded, and come to rest in the store."""
